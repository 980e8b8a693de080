/** Numbers of ENOSPC and EDQUOT in PGlite, which has the errors of a system of its own. */
const FULL_IN_PGLITE: readonly unknown[] = [51, 19];

/** The files of the store in MILLRACE_DATA cannot be opened. The message says why, as far as that is known, and what to do. */
export class DataUnusable extends Error {
  override readonly name = 'DataUnusable';

  constructor(dir: string, cause: unknown) {
    super(`The store in ${dir} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const causes = causesOf(cause);
  if (causes.some(isFull)) return 'the disk is full. Make room there, or name another MILLRACE_DATA, and start again.';
  const last = causes.findLast((error) => error instanceof Error && error.message !== '');
  const words = last instanceof Error ? ` (${last.message.split('\n')[0]!})` : '';
  return `its files are damaged, or of another version${words}. Put a copy in its place, or name another MILLRACE_DATA.`;
}

const isFull = (error: unknown): boolean => {
  const { full, errno, code } = error as { full?: unknown; errno?: unknown; code?: unknown };
  return full === true || code === 'ENOSPC' || FULL_IN_PGLITE.includes(errno);
};

function causesOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  return [error, ...causesOf((error as { cause?: unknown }).cause)];
}
