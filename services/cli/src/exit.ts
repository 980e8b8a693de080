/** The exit codes of commands, for scripts. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  notFound: 3,
  notAllowedNow: 4,
  noConnection: 5,
  auth: 6,
  timeout: 7,
  failed: 10,
  cancelled: 11,
  deadLettered: 12,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command: what to say on stderr, and with which code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exit: ExitCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
