import type { Problem } from './generated/openapi.js';
import { PROBLEM_REMEDIES } from './generated/problems.js';

/** The codes of the problems that a gateway answers with; docs/errors.md lists them. */
export type ProblemCode = keyof typeof PROBLEM_REMEDIES;

interface ErrorOptions {
  readonly remedy: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The base of every error of this client but an abort, which is thrown as the signal's reason. */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError';
  /** Says what to do about it; empty where the message says it all. */
  readonly remedy: string;
  /** The same call may succeed later. */
  readonly retryable: boolean;

  constructor(
    /** For programs: `UNKNOWN_RUN`, `UNREACHABLE` and others. */
    readonly code: string,
    message: string,
    { remedy, retryable = false, cause }: ErrorOptions,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
    this.retryable = retryable;
  }
}

/** The gateway refused a request, or could not do it: an RFC 9457 problem. */
export class MillraceProblem extends MillraceError {
  override readonly name = 'MillraceProblem';
  readonly status: number;
  /** The fields of the request that are wrong, each with a JSON pointer; empty where the problem is about none. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(
    /** The problem as the gateway sent it. */
    readonly problem: Problem,
    /** Milliseconds to wait before the next try, where the gateway says so. */
    readonly retryAfterMs?: number,
  ) {
    const remedies: Readonly<Record<string, string | undefined>> = PROBLEM_REMEDIES;
    super(problem.code, problem.detail, {
      remedy: remedies[problem.code] ?? '',
      retryable: problem.retryable,
      cause: problem,
    });
    this.status = problem.status;
    this.errors = problem.errors ?? [];
  }

  /** Tells whether the problem has this code; the compiler knows the codes that there are. */
  is(code: ProblemCode): boolean {
    return this.code === code;
  }
}

/** Nobody answered: the gateway is not there, or the connection broke. `cause` is what `fetch` threw. */
export class MillraceUnreachable extends MillraceError {
  override readonly name = 'MillraceUnreachable';
  /** Says in words why: `nothing listens there`. */
  readonly reason: string;

  constructor(
    /** The address of the gateway, without a login. */
    readonly url: string,
    cause: unknown,
  ) {
    super('UNREACHABLE', `The Millrace gateway at ${url} cannot be reached: ${reasonOf(cause)}.`, {
      remedy: 'Start Millrace (npx millrace dev), or correct the URL.',
      retryable: true,
      cause,
    });
    this.reason = reasonOf(cause);
  }
}

/** Something answered, and not as a gateway of this version does. */
export class MillraceUnexpectedAnswer extends MillraceError {
  override readonly name = 'MillraceUnexpectedAnswer';

  constructor(
    message: string,
    readonly status: number,
    cause?: unknown,
  ) {
    super('UNEXPECTED_ANSWER', message, {
      remedy: 'Check the URL, and that client and gateway have the same version.',
      cause,
    });
  }
}

/** The codes of Node.js and its `fetch`, in words. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'there is no host of that name'],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, 'the host does not answer'],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the connection was closed before an answer came'],
  [/^(?:HPE_|HTTPParserError$)/, 'what listens there does not speak HTTP'],
  [/^(?:EPROTO$|ERR_SSL_)/, 'what listens there does not speak TLS; is the URL one of http://?'],
  [/CERT|SIGNATURE/, 'its certificate is not trusted'],
  [/^(?:TimeoutError|UND_ERR_HEADERS_TIMEOUT)$/, 'something listens there, but does not answer'],
];

function reasonOf(cause: unknown): string {
  const inner: unknown = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const { code, name } = Object(inner) as { readonly code?: unknown; readonly name?: unknown };
  const kind = typeof code === 'string' ? code : String(name);
  return REASONS.find(([kinds]) => kinds.test(kind))?.[1] ?? (typeof code === 'string' ? code : 'no answer');
}
