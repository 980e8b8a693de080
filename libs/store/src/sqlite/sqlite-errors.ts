import { StoreUnavailable } from '../errors.js';

/** Primary result codes of SQLite, the low byte of `errcode`. */
const BUSY = 5;
const NOMEM = 7;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
/** TOOBIG, CONSTRAINT, MISMATCH and RANGE speak of the values that were sent: they are refused tomorrow as well. So does a value for which there is no memory. */
const ABOUT_VALUES: readonly unknown[] = [18, 19, 20, 25, NOMEM];

function resultOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => resultOf(error) === BUSY;
export const isDamaged = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(resultOf(error) ?? 0);
export const isFull = (error: unknown): boolean => {
  const { code, full } = error as { code?: unknown; full?: unknown };
  return resultOf(error) === FULL || code === 'ENOSPC' || code === 'EDQUOT' || full === true;
};

/** Returns the error to throw for an error of SQLite: the error itself where the values are refused, else `StoreUnavailable`. */
export function toldBySqlite(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof TypeError || error instanceof RangeError) return error;
  const result = resultOf(error);
  if (ABOUT_VALUES.includes(result)) return error;
  if (isFull(error))
    return new StoreUnavailable('There is no room on the disk of the store.', { cause: error, full: true });
  const what = isDamaged(error)
    ? 'The files of the store are damaged: put a copy in their place'
    : 'The store cannot do its work now';
  return new StoreUnavailable(`${what}${result === undefined ? '' : ` (SQLite ${result})`}.`, { cause: error });
}
