/** The database cannot be reached, or not yet: to be tried again. A database that is there and refuses us is another error. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'STORE_UNAVAILABLE';
}

/** The partition has another owner by now: what this one decided does not count, and it must read its state anew. */
export class StaleOwner extends Error {
  override readonly name = 'StaleOwner';
  readonly code = 'STALE_OWNER';
  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {
    super(`Partition ${partition} of ${topic} was moved on by another coordinator.`);
  }
}

/** Of the network, and what PostgreSQL says while it starts, ends, or has no connection left. */
const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['57P01', '57P02', '57P03', '53300'],
]);

/** Whether the database could not be reached, as opposed to: it could, and said no. */
export function isAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return AWAY.has(code ?? '') || (code === undefined && /^Connection terminated/.test(message ?? ''));
}
