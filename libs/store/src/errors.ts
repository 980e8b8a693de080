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
