import { present } from '@millrace/contracts';
import type { Admin } from 'kafkajs';
import type { Consumption, Standstill } from '@millrace/broker';
import { Fetcher, type Sink } from '../fetch/fetcher.js';
import { kindOf, messageOf } from '../kafkajs.js';
import { type Assignment, type Member, Membership } from './membership.js';
import { Changes, type Releasable, Releases } from './releases.js';
import { type KafkaContext, Tenure } from './tenure.js';

/** One partition while it is ours. */
export interface Owned extends Sink, Releasable {
  /** Taken over and being read. */
  readonly open: boolean;
  readonly queued: number;
  /** The standstill of a partition that has failed several times in a row; undefined while it moves on. */
  readonly still?: Standstill | undefined;
  /** Something may go on: a slot is free, or taking goes on after a pause. */
  go(): void;
  close(): Promise<void>;
}

export interface Shared {
  readonly runtime: KafkaContext;
  readonly fetcher: Fetcher;
  readonly tenure: Tenure;
  /** False while nothing new may be taken. */
  readonly taking: () => boolean;
  /** True while the partition is on its way to another member: what is in hand is finished, and nothing else begun. */
  readonly releasing: () => boolean;
  /** Something changed that others may wait for: a slot, a commit. */
  readonly changed: () => void;
  /** The group says that the partition is another's. */
  readonly lost: () => void;
}

/** The topic and the group of a consumption. */
export interface GroupSource {
  readonly topic: string;
  readonly group: string;
  readonly onRelease?: ((partition: number) => void) | undefined;
}

const FETCHER_RETRY_MS = 500;

/** One group's reading of one topic in this process: a membership, and an owner for each partition that is ours. */
export class GroupConsumption<O extends Owned> implements Consumption {
  /** Those of `owned`, in a list. */
  protected owners: readonly O[] = [];
  private readonly owned = new Map<number, O>();
  private readonly changes = new Changes();
  private readonly releases: Releases;
  private membership: Membership | undefined;
  private fetcher: Fetcher | undefined;
  private connecting: Promise<Fetcher | undefined> | undefined;
  private mine: ReadonlySet<number> = new Set();
  /** Under the protocol that the group speaks, what is released is nobody else's until the group hears that it is free. */
  private handOver = false;
  private paused = false;
  private ending: Promise<void> | undefined;
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly runtime: KafkaContext,
    private readonly source: GroupSource,
    private readonly make: (partition: number, shared: Shared) => O,
  ) {
    this.releases = new Releases(this.changes, source.onRelease);
  }

  /** Begins in the background: what is missing (the topic, Kafka itself) is waited for, and `ready` tells. */
  begin(admin: Admin): void {
    const { runtime, source } = this;
    this.membership = new Membership(runtime, admin, {
      topic: source.topic,
      group: source.group,
      sessionTimeoutMs: runtime.sessionTimeoutMs,
      log: runtime.log,
      onMember: runtime.onMember,
      assigned: (assignment) => void this.assigned(assignment),
      holdings: () => this.holdings(),
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
    this.changes.tell();
  }

  /** Gives each partition up as soon as nothing of it is in hand, and leaves the group when none is left. */
  private async end(ms: number): Promise<void> {
    const partitions = [...this.owned.keys()];
    for (const partition of partitions) this.releases.cancel(partition);
    await Promise.all(partitions.map((partition) => this.release(partition, ms)));
    await Promise.all(this.closing);
    await this.membership?.leave();
    await (await this.connecting)?.close();
  }

  private async assigned({ partitions, handOver }: Assignment): Promise<void> {
    this.mine = new Set(partitions);
    this.handOver = handOver;
    for (const partition of [...this.owned.keys()]) {
      if (this.mine.has(partition)) this.keep(partition);
      else if (handOver) void this.release(partition, this.runtime.handOverMs);
      else this.drop(partition);
    }
    const fetcher = await (this.connecting ??= this.connect());
    if (!fetcher || this.ending) return;
    for (const partition of this.mine) if (!this.owned.has(partition)) this.own(partition, fetcher);
  }

  private holdings(): ReturnType<Member['holdings']> {
    const claims = [...this.owned].map(([partition, { inFlight }]) => ({
      partition,
      inHand: inFlight,
      releasing: this.releases.has(partition),
    }));
    return { leaving: this.ending !== undefined, claims };
  }

  /** Gives a partition up within `ms`, and tells the group that it is free. What has not ended by then is the next owner's. */
  private async release(partition: number, ms: number): Promise<void> {
    const letGo = (): void => {
      this.drop(partition);
      // Whoever ends and holds nothing any more leaves the group, which says the same.
      if (this.handOver && (!this.ending || this.owned.size > 0)) this.membership?.rejoin();
    };
    const owner = this.owned.get(partition);
    if (owner) await this.releases.begin(partition, owner, { ms, letGo });
  }

  /** The partition stays after all. */
  private keep(partition: number): void {
    if (this.ending || !this.releases.has(partition)) return;
    this.releases.cancel(partition);
    this.goAll();
    this.fetcher?.wake();
  }

  private own(partition: number, fetcher: Fetcher): void {
    const { topic, group } = this.source;
    const membership = present(this.membership, 'membership: the consumption has not begun');
    const tenure = new Tenure(this.runtime, { topic, group, partition }, membership);
    const owner: O = this.make(partition, {
      runtime: this.runtime,
      fetcher,
      tenure,
      taking: () => this.taking && !this.releases.has(partition),
      releasing: () => this.releases.has(partition),
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
    this.releases.cancel(partition);
    this.owned.delete(partition);
    this.owners = [...this.owned.values()];
    this.fetcher?.remove(owner);
    const closed = owner.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
    this.goAll();
  }

  private async connect(): Promise<Fetcher | undefined> {
    const { runtime, source } = this;
    while (!this.ending) {
      try {
        return (this.fetcher = await Fetcher.connect(runtime, [source.topic]));
      } catch (error) {
        runtime.log('warn', `${source.topic} cannot be read yet; trying again`, {
          topic: source.topic,
          group: source.group,
          error: kindOf(error),
          reason: messageOf(error),
        });
        await this.changes.until(() => this.ending !== undefined, FETCHER_RETRY_MS);
      }
    }
    return undefined;
  }
}
