/** The database cannot be reached, or cannot do its work now (locks, a full disk, a restart): to be tried again. What it refuses for its values is another error. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'STORE_UNAVAILABLE';
  /** There is no room on its disk. */
  readonly full: boolean;
  constructor(message: string, { cause, full = false }: { cause?: unknown; full?: boolean } = {}) {
    super(message, { cause });
    this.full = full;
  }
}

/** A cursor that no list gave: forged, cut off, or of another list. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  readonly code = 'INVALID_CURSOR';
  constructor(cause?: unknown) {
    super('The cursor is not one that a list gave.', { cause });
  }
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

/** The store cannot be opened, and waiting would not help. The message says why and what to do. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
  readonly code = 'STORE_UNUSABLE';
}
