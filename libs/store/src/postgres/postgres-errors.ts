import { StoreUnavailable } from '../errors.js';

/** Error codes of the network, and of a PostgreSQL that starts, ends, or has no connection left. */
const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '53300'],
]);

/** Returns true when the database could not be reached; false when it answered with an error. */
export function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return AWAY.has(code ?? '') || (code === undefined && /^Connection terminated/.test(message ?? ''));
}

/**
 * Classes of SQLSTATE that speak of the values that were sent: they are refused tomorrow as well. 53200 (out of memory) is among
 * them: a batch that needs too much is taken in parts, and only a record that needs too much by itself is parked.
 */
const ABOUT_VALUES = /^(?:(?:21|22|23|44|54|P0)[0-9A-Z]{3}|53200)$/;
/** PostgreSQL's words for a value that is larger than any value may be. */
const TOO_LARGE = /invalid memory alloc request size|array size exceeds/;

/** Returns true when the database, or its client, refuses the values themselves; false when it cannot do its work now. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const { code, severity, message } = error as { code?: unknown; severity?: unknown; message?: unknown };
  // A code of five letters alone may be Node's: EPIPE.
  if (typeof severity !== 'string') return false;
  return ABOUT_VALUES.test(String(code)) || TOO_LARGE.test(String(message));
}

/** Returns the error to throw for an error of the database: the error itself where the values are refused, else `StoreUnavailable`. */
export function toldAs(error: unknown): unknown {
  if (error instanceof StoreUnavailable || isRefusal(error)) return error;
  const { code } = error as { code?: unknown };
  const full = code === '53100' || code === 'ENOSPC' || code === 'EDQUOT';
  const what = full ? 'There is no room on the disk of the database' : 'The database cannot do its work now';
  return new StoreUnavailable(`${what}${typeof code === 'string' ? ` (${code})` : ''}.`, { cause: error, full });
}
