import { backOffMs } from '@millrace/contracts';
import { startInterval, startTimer, type Timer } from '@millrace/contracts/timers';
import type { Admin, Consumer } from 'kafkajs';
import { HAND_OVER, handOverAssigner, type Holdings } from './assigner.js';
import type { GroupMember, LogFunction } from '../config.js';
import { type Clients, kafkajs, kindOf, messageOf, protocolError } from '../kafkajs.js';
import type { TopicMetadata } from '../topics.js';

export interface Member {
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly log: LogFunction;
  /** Called after each joining with the id that the group knows this process by. */
  readonly onMember: (member: GroupMember) => void;
  /** Called after each joining, and with no partitions when membership is lost. */
  readonly assigned: (assignment: Assignment) => void;
  /** Returns what is held now, for the group to know whenever this process joins it. */
  readonly holdings: () => Omit<Holdings, 'memberId'>;
}

/** The partitions that are ours from now on. */
export interface Assignment {
  readonly partitions: readonly number[];
  /** If true, a partition that is held and not assigned belongs to nobody else until this process joins again without it. Otherwise it is lost already. */
  readonly handOver: boolean;
}

const REBALANCE_IN_PROGRESS = 27;
/** The time within which a member hears of a rebalance, and joins again when it has something to give away. */
const HEARTBEAT_MS = 200;
/** The time within which partitions that were added to the topic are assigned. */
const METADATA_MS = 5_000;
/** The time without a heartbeat or a joining after which the group is asked, beside two sessions: longer than a request of kafkajs may take. */
const SILENT_MS = 30_000;
const LOOK_MS = 5_000;
/** Pauses before the group is joined again. */
const NOT_A_MEMBER = { firstMs: 100, longestMs: 10_000 };

/**
 * Keeps this process a member of a group. kafkajs's consumer is used for that alone: it joins, sends heartbeats and joins
 * again, and all its partitions are paused, so that it never fetches. What is owned follows from `GROUP_JOIN` and nothing
 * else, as kafkajs joins again without `REBALANCING` after an expired session. Beside the protocol that hands partitions
 * over, kafkajs's own is offered: a group in which an older version takes part uses that one, until its last such member has left.
 * A consumer of kafkajs that falls silent, and of which the group does not know, is replaced.
 */
export class Membership {
  private consumer: Consumer | undefined;
  private memberId = '';
  private joined = false;
  private stopped = false;
  private retry: Timer | undefined;
  private building: Promise<void> = Promise.resolve();
  private failures = 0;
  /** True when what was told at the last joining has changed since. */
  private outdated = false;
  private heardAt = 0;
  private readonly looking: Timer;

  constructor(
    private readonly context: { readonly clients: Clients; readonly topics: TopicMetadata },
    private readonly admin: Admin,
    private readonly member: Member,
  ) {
    this.building = this.build();
    this.looking = startInterval(LOOK_MS, () => void this.look()).unref();
  }

  get ready(): boolean {
    return this.joined;
  }

  /** Asks the group itself whether a partition is ours: the way to find out after having been fenced. */
  async owns(partition: number): Promise<boolean> {
    const { groups } = await this.admin.describeGroups([this.member.group]);
    const members = groups[0]?.members ?? [];
    if (!members.some(({ memberId }) => memberId === this.memberId)) return false;
    // While the group rebalances nobody has an assignment, and what is handed over is nobody's: both are still ours.
    return !members.some(({ memberId, memberAssignment }) => {
      if (memberId === this.memberId || memberAssignment.length === 0) return false;
      const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment;
      return assignment?.[this.member.topic]?.includes(partition) ?? false;
    });
  }

  /** Joins again with the next heartbeat, so that the group hears what is held now. */
  rejoin(): void {
    this.outdated = true;
  }

  async leave(): Promise<void> {
    this.stopped = true;
    this.joined = false;
    this.retry?.stop();
    this.looking.stop();
    await this.building;
    await this.consumer?.disconnect().catch((error: unknown) => this.say('a consumer did not leave in order', error));
    this.consumer = undefined;
  }

  private async build(): Promise<void> {
    const { topic, group, sessionTimeoutMs } = this.member;
    this.heardAt = performance.now();
    let mine: Consumer | undefined;
    try {
      await this.context.topics.partitionsOf(topic);
      if (this.stopped) return;
      const consumer = this.context.clients.kafka.consumer({
        groupId: group,
        sessionTimeout: sessionTimeoutMs,
        partitionAssigners: [handOverAssigner(topic, () => this.told()), kafkajs.PartitionAssigners.roundRobin],
        heartbeatInterval: HEARTBEAT_MS,
        rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
        maxWaitTimeInMs: HEARTBEAT_MS / 2,
        allowAutoTopicCreation: false,
        metadataMaxAge: METADATA_MS,
        retry: { retries: 20, restartOnFailure: async () => false },
      });
      this.consumer = mine = consumer;
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        if (this.stopped || this.consumer !== consumer) return;
        consumer.pause([{ topic }]);
        // Who has joined under another id was given up by the group: what it held may be another's.
        const handOver = payload.groupProtocol === HAND_OVER && payload.memberId === this.memberId;
        this.memberId = payload.memberId;
        this.joined = true;
        this.heardAt = performance.now();
        this.failures = 0;
        this.member.onMember({ group, memberId: payload.memberId });
        this.member.assigned({ partitions: payload.memberAssignment[topic] ?? [], handOver });
      });
      // kafkajs has no call for joining again; a heartbeat that fails as during a rebalance makes it do so.
      consumer.on(consumer.events.HEARTBEAT, () => {
        if (this.consumer !== consumer) return;
        this.heardAt = performance.now();
        if (this.outdated) throw protocolError(REBALANCE_IN_PROGRESS);
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (this.consumer === consumer) this.rebuild(payload.error);
      });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    } catch (error) {
      // One that was replaced meanwhile has nothing to say.
      if (this.consumer === mine) this.rebuild(error);
    }
  }

  /** Replaces a consumer that has been silent for long and of which the group does not know, though it answers. */
  private async look(): Promise<void> {
    const { consumer, memberId } = this;
    const { group, sessionTimeoutMs } = this.member;
    if (!consumer || performance.now() - this.heardAt < SILENT_MS + 2 * sessionTimeoutMs) return;
    const described = await this.admin.describeGroups([group]).catch(() => undefined);
    const members = described?.groups[0]?.members;
    if (!members || members.some((member) => member.memberId === memberId) || this.consumer !== consumer) return;
    this.rebuild(new Error('kafkajs has fallen silent, and the group does not know this process'));
  }

  private told(): Holdings {
    this.outdated = false;
    return { memberId: this.memberId, ...this.member.holdings() };
  }

  private rebuild(error: unknown): void {
    if (this.stopped || this.retry) return;
    const consumer = this.consumer;
    this.consumer = undefined;
    if (this.joined) this.member.assigned({ partitions: [], handOver: false });
    this.joined = false;
    this.memberId = '';
    const wait = backOffMs(NOT_A_MEMBER, ++this.failures);
    this.say(`not a member of its group; joining again in ${wait} ms`, error);
    this.retry = startTimer(wait, () => {
      this.retry = undefined;
      this.building = this.build();
    });
    consumer?.disconnect().catch(() => undefined);
  }

  private say(what: string, error: unknown): void {
    const { topic, group, log } = this.member;
    log('warn', `Consumption of ${topic} by ${group}: ${what}`, {
      topic,
      group,
      error: kindOf(error),
      reason: messageOf(error),
    });
  }
}
