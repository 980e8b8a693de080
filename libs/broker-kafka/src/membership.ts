import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Admin, Consumer } from 'kafkajs';
import type { Log } from './config.js';
import { type Clients, kafkajs, kindOf, messageOf } from './kafkajs.js';
import type { Topics } from './topics.js';

export interface Member {
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly log: Log;
  /** The partitions that are ours from now on; comes after each joining, and with none when membership is lost. */
  readonly assigned: (partitions: readonly number[]) => void;
}

/**
 * Keeps this process a member of a group. kafkajs's consumer is used for that alone: it joins, sends heartbeats and joins
 * again, and all its partitions are paused, so that it never fetches. What is owned follows from `GROUP_JOIN` and nothing
 * else, as kafkajs joins again without `REBALANCING` after an expired session.
 */
export class Membership {
  private consumer: Consumer | undefined;
  private memberId = '';
  private joined = false;
  private stopped = false;
  private retry: Timer | undefined;
  private building: Promise<void> = Promise.resolve();
  private failures = 0;

  constructor(
    private readonly clients: Clients,
    private readonly topics: Topics,
    private readonly admin: Admin,
    private readonly member: Member,
  ) {
    this.building = this.build();
  }

  get ready(): boolean {
    return this.joined;
  }

  /** Asks the group itself whether a partition is ours: the way to find out after having been fenced. */
  async owns(partition: number): Promise<boolean> {
    const { groups } = await this.admin.describeGroups([this.member.group]);
    const me = groups[0]?.members.find((member) => member.memberId === this.memberId);
    if (!me || me.memberAssignment.length === 0) return false;
    const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(me.memberAssignment)?.assignment;
    return assignment?.[this.member.topic]?.includes(partition) ?? false;
  }

  async leave(): Promise<void> {
    this.stopped = true;
    this.joined = false;
    this.retry?.stop();
    await this.building;
    await this.consumer?.disconnect().catch((error: unknown) => this.say('a consumer did not leave in order', error));
    this.consumer = undefined;
  }

  private async build(): Promise<void> {
    const { topic, group, sessionTimeoutMs } = this.member;
    try {
      await this.topics.partitionsOf(topic);
      if (this.stopped) return;
      const consumer = this.clients.kafka.consumer({
        groupId: group,
        sessionTimeout: sessionTimeoutMs,
        heartbeatInterval: Math.min(1_000, Math.floor(sessionTimeoutMs / 10)),
        rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
        maxWaitTimeInMs: 100,
        allowAutoTopicCreation: false,
        retry: { retries: 20, restartOnFailure: async () => false },
      });
      this.consumer = consumer;
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        if (this.stopped || this.consumer !== consumer) return;
        consumer.pause([{ topic }]);
        this.memberId = payload.memberId;
        this.joined = true;
        this.failures = 0;
        this.member.assigned(payload.memberAssignment[topic] ?? []);
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (this.consumer === consumer) this.rebuild(payload.error);
      });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    } catch (error) {
      this.rebuild(error);
    }
  }

  private rebuild(error: unknown): void {
    if (this.stopped || this.retry) return;
    const consumer = this.consumer;
    this.consumer = undefined;
    if (this.joined) this.member.assigned([]);
    this.joined = false;
    const wait = Math.min(100 * 2 ** this.failures++, 10_000);
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
