import { startTimer } from '@millrace/contracts/timers';
import type { Admin } from 'kafkajs';
import type { Consumption, Standstill } from '@millrace/broker';
import { Fetcher, type Sink } from './fetcher.js';
import { kindOf, messageOf } from './kafkajs.js';
import { Membership } from './membership.js';
import { type House, Tenure } from './tenure.js';

/** One partition while it is ours. */
export interface Owned extends Sink {
  /** Taken over and being read. */
  readonly open: boolean;
  readonly inFlight: number;
  readonly queued: number;
  /** Nothing that is finished waits for its commit. */
  readonly flushed: boolean;
  /** Where the partition has failed several times in a row; undefined where it moves on. */
  readonly still?: Standstill | undefined;
  /** Something may go on: a slot is free, or taking goes on after a pause. */
  go(): void;
  close(): Promise<void>;
}

export interface Shared {
  readonly house: House;
  readonly fetcher: Fetcher;
  readonly tenure: Tenure;
  /** False while nothing new may be taken. */
  readonly taking: () => boolean;
  /** Something changed that others may wait for: a slot, a commit. */
  readonly changed: () => void;
  /** The group says that the partition is another's. */
  readonly lost: () => void;
}

const FLUSH_MS = 10_000;
const FETCHER_RETRY_MS = 500;

/** One group's reading of one topic in this process: a membership, and an owner for each partition that is ours. */
export class GroupConsumption<O extends Owned> implements Consumption {
  /** Those of `owned`, in a list. */
  protected owners: readonly O[] = [];
  private readonly owned = new Map<number, O>();
  private membership: Membership | undefined;
  private fetcher: Fetcher | undefined;
  private connecting: Promise<Fetcher | undefined> | undefined;
  private mine: ReadonlySet<number> = new Set();
  private paused = false;
  private ending: Promise<void> | undefined;
  private readonly closing = new Set<Promise<void>>();
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly house: House,
    private readonly source: { readonly topic: string; readonly group: string },
    private readonly make: (partition: number, shared: Shared) => O,
  ) {}

  /** Begins in the background: what is missing (the topic, Kafka itself) is waited for, and `ready` tells. */
  begin(admin: Admin): void {
    const { house, source } = this;
    this.membership = new Membership(house.clients, house.topics, admin, {
      ...source,
      sessionTimeoutMs: house.sessionTimeoutMs,
      log: house.log,
      assigned: (partitions) => void this.assigned(partitions),
    });
  }

  get ready(): boolean {
    if (this.ending || !this.membership?.ready) return false;
    for (const owner of this.owners) if (!owner.open) return false;
    return this.fetcher !== undefined;
  }

  get still(): readonly Standstill[] {
    return this.owners.flatMap(({ still }) => still ?? []);
  }

  protected get taking(): boolean {
    return !this.paused && !this.ending;
  }

  get inFlight(): number {
    let count = 0;
    for (const { inFlight } of this.owners) count += inFlight;
    return count;
  }

  get queued(): number {
    let count = 0;
    for (const { queued } of this.owners) count += queued;
    return count;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.goAll();
    this.fetcher?.wake();
  }

  drain(ms: number): Promise<void> {
    return (this.ending ??= this.end(ms));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  /** Gives every owner a chance, and wakes who waits for a change. */
  protected goAll(): void {
    for (const owner of this.owners) owner.go();
    for (const look of this.waiting) look();
  }

  private async end(ms: number): Promise<void> {
    await this.until(() => this.inFlight === 0, ms);
    await this.until(() => this.owners.every((owner) => owner.flushed), FLUSH_MS);
    for (const partition of [...this.owned.keys()]) this.drop(partition);
    await Promise.all(this.closing);
    await this.membership?.leave();
    await (await this.connecting)?.close();
  }

  private until(met: () => boolean, ms: number): Promise<void> {
    if (met() || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (met()) done();
      };
      const done = (): void => {
        timer.stop();
        this.waiting.delete(look);
        resolve();
      };
      const timer = startTimer(ms, done);
      this.waiting.add(look);
    });
  }

  private async assigned(partitions: readonly number[]): Promise<void> {
    this.mine = new Set(partitions);
    for (const partition of [...this.owned.keys()]) if (!this.mine.has(partition)) this.drop(partition);
    const fetcher = await (this.connecting ??= this.connect());
    if (!fetcher || this.ending) return;
    for (const partition of this.mine) if (!this.owned.has(partition)) this.own(partition, fetcher);
  }
  private own(partition: number, fetcher: Fetcher): void {
    const tenure = new Tenure(this.house, { ...this.source, partition }, this.membership!);
    const owner: O = this.make(partition, {
      house: this.house,
      fetcher,
      tenure,
      taking: () => this.taking,
      changed: () => this.goAll(),
      lost: () => {
        if (this.owned.get(partition) === owner) this.drop(partition);
      },
    });
    this.owned.set(partition, owner);
    this.owners = [...this.owned.values()];
    fetcher.add(owner);
  }

  /** Not ours any more: what is in flight is the next owner's. */
  private drop(partition: number): void {
    const owner = this.owned.get(partition);
    if (!owner) return;
    this.owned.delete(partition);
    this.owners = [...this.owned.values()];
    this.fetcher?.remove(owner);
    const closed = owner.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
    this.goAll();
  }

  private async connect(): Promise<Fetcher | undefined> {
    const { house, source } = this;
    while (!this.ending) {
      try {
        return (this.fetcher = await Fetcher.connect(house, [source.topic]));
      } catch (error) {
        house.log('warn', `${source.topic} cannot be read yet; trying again`, {
          ...source,
          error: kindOf(error),
          reason: messageOf(error),
        });
        await this.until(() => this.ending !== undefined, FETCHER_RETRY_MS);
      }
    }
    return undefined;
  }
}
