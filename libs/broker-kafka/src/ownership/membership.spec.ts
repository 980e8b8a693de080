import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import type { Clients } from '../kafkajs.js';
import type { TopicMetadata } from '../topics.js';
import { Membership } from './membership.js';

const EVENTS = { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash' } as const;
const MINUTE_MS = 60_000;

/** A consumer as Membership uses one: it joins when it is told to, and says what it is told to say. */
class PretendedConsumer extends EventEmitter {
  readonly events = EVENTS;
  isLeft = false;
  pause(): void {}
  connect = () => Promise.resolve();
  subscribe = () => Promise.resolve();
  run = () => Promise.resolve();
  disconnect(): Promise<void> {
    this.isLeft = true;
    return Promise.resolve();
  }
  join(memberId: string): void {
    this.emit(EVENTS.GROUP_JOIN, { payload: { memberId, memberAssignment: { t: [0] }, groupProtocol: 'hand-over' } });
  }
}

function scene({ connect = () => Promise.resolve() } = {}) {
  const consumers: PretendedConsumer[] = [];
  /** The ids that the group knows; undefined while Kafka is away. */
  const group: { members: string[] | undefined } = { members: [] };
  const consumer = () => {
    const made = new PretendedConsumer();
    if (consumers.push(made) === 1) made.connect = connect;
    return made;
  };
  const clients = { kafka: { consumer } } as unknown as Clients;
  const topics = { partitionsOf: () => Promise.resolve(1) } as unknown as TopicMetadata;
  const describeGroups = () =>
    group.members
      ? Promise.resolve({ groups: [{ members: group.members.map((memberId) => ({ memberId })) }] })
      : Promise.reject(new Error('away'));
  const assigned: number[][] = [];
  const membership = new Membership({ clients, topics }, { describeGroups } as unknown as Admin, {
    ...{ topic: 't', group: 'g', sessionTimeoutMs: 6_000 },
    log: () => undefined,
    onMember: () => undefined,
    assigned: ({ partitions }) => assigned.push([...partitions]),
    holdings: () => ({ holds: [], wants: [] }) as never,
  });
  return { consumers, group, assigned, membership };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a consumer that falls silent, and that its group does not know, is replaced, and nothing is held meanwhile', async () => {
  const { consumers, group, assigned, membership } = scene();
  await jest.advanceTimersByTimeAsync(0);
  consumers[0]!.join('one');
  expect(membership.ready).toBe(true);
  await jest.advanceTimersByTimeAsync(MINUTE_MS);
  expect(consumers).toHaveLength(2);
  expect([consumers[0]!.isLeft, assigned]).toEqual([true, [[0], []]]);
  group.members = ['two'];
  consumers[1]!.join('two');
  await jest.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect([consumers.length, membership.ready]).toEqual([2, true]);
  await membership.leave();
});

test('a consumer stays that sends heartbeats, that its group knows, or whose group cannot be asked', async () => {
  const { consumers, group, membership } = scene();
  await jest.advanceTimersByTimeAsync(0);
  consumers[0]!.join('one');
  for (let minute = 0; minute < 10; minute++) {
    await jest.advanceTimersByTimeAsync(MINUTE_MS / 2);
    consumers[0]!.emit(EVENTS.HEARTBEAT);
  }
  group.members = undefined;
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
  group.members = ['one'];
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect([consumers.length, membership.ready]).toEqual([1, true]);
  await membership.leave();
});

test('a consumer that never gets as far as to join is replaced, and its late failure does not concern the next one', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const { consumers, membership } = scene({ connect: () => promise });
  await jest.advanceTimersByTimeAsync(MINUTE_MS);
  expect(consumers).toHaveLength(2);
  consumers[1]!.join('two');
  reject(new Error('late'));
  await jest.advanceTimersByTimeAsync(100);
  expect([consumers.length, membership.ready]).toEqual([2, true]);
  await membership.leave();
});
