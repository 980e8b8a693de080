import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumption } from '@millrace/broker';
import { kafkaBroker } from '../kafka-broker.js';
import { Clients } from '../kafkajs.js';
import { testSettings } from '../testing/config.js';
import { mortalBroker, type Mortal } from '../testing/mortal-broker.js';
import { everything, gate, numbered, topicsOn, until, values } from '../testing/scene.js';

const settings = { ...testSettings(), handOverMs: 20_000 };
const PARTITIONS = 8;
const DRAIN_MS = 20_000;

interface GroupMember extends Mortal {
  readonly consumption: Consumption;
}

/** A group whose members come and go under load, and who handled each record, over all members. */
async function scene(workMs: (n: number) => number) {
  await using opening = new AsyncDisposableStack();
  const broker = opening.use(await kafkaBroker(settings));
  const [from, to] = (await topicsOn(broker, PARTITIONS)) as [string, string];
  const group = randomUUID();
  const handlers = new Map<string, GroupMember[]>();
  const members: GroupMember[] = [];
  let handled = 0;
  const join = async (): Promise<GroupMember> => {
    const mortal = await mortalBroker(settings);
    const consumption = await mortal.broker.consume(
      { topic: from, group, concurrency: 64 },
      async ({ key, value }, signal) => {
        const name = String(value);
        handlers.set(name, [...(handlers.get(name) ?? []), member]);
        await sleep(workMs(handled++), undefined, { signal });
        return [{ topic: to, key, value }];
      },
    );
    const member: GroupMember = { ...mortal, consumption };
    members.push(member);
    await until('it is ready', () => consumption.ready);
    return member;
  };
  const leave = async (member: GroupMember) => {
    members.splice(members.indexOf(member), 1);
    await member.consumption.drain(DRAIN_MS);
    await member.broker[Symbol.asyncDispose]();
  };
  opening.defer(async () => void (await Promise.all([...members].map(leave))));
  let published = 0;
  let loading = true;
  const load = (async () => {
    for (; loading; await sleep(50)) await broker.publish(numbered(from, published++, 1));
  })();
  /** Each of the members has handled something that was published after now. */
  const allAtWork = async () => {
    const since = published;
    await until('all of them have work', () => {
      const busy = new Set([...handlers].flatMap(([name, by]) => (Number(name) >= since ? by : [])));
      return members.every((member) => busy.has(member));
    });
  };
  /** Ends the load, and when all is done gives the records that were handled again though no `crashed` member had them. */
  const repeated = async (...crashed: readonly GroupMember[]): Promise<string[]> => {
    loading = false;
    await load;
    await until('all are done', async () => (await everything(broker, to)).length >= published);
    expect(await everything(broker, to)).toEqual(values(published));
    const excused = (member: GroupMember) => crashed.includes(member);
    return [...handlers].filter(([, by]) => by.filter((one) => !excused(one)).length > 1).map(([name]) => name);
  };
  const opened = opening.move();
  return {
    broker,
    from,
    group,
    members,
    join,
    leave,
    allAtWork,
    repeated,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The time of a call: half a second to two and a half. */
const aWhile = (n: number): number => 500 + ((n * 137) % 2_000);

test('a group that grows, shrinks, grows again and is replaced member by member repeats nothing that its holders can finish', async () => {
  await using at = await scene(aWhile);
  await at.join();
  await at.allAtWork();
  await Promise.all([at.join(), at.join()]);
  await at.allAtWork();
  await Promise.all(at.members.slice(0, 2).map(at.leave));
  await at.allAtWork();
  await Promise.all([1, 2, 3, 4, 5].map(() => at.join()));
  await at.allAtWork();
  for (const member of [...at.members]) {
    await at.leave(member);
    await at.join();
  }
  await at.allAtWork();
  expect(await at.repeated()).toEqual([]);
}, 180_000);

test('after a crash nothing is repeated but what the one that crashed had in hand', async () => {
  await using at = await scene(aWhile);
  await Promise.all([at.join(), at.join(), at.join()]);
  await at.allAtWork();
  // While partitions are on their way to another member, too.
  await at.join();
  const victim = at.members[0]!;
  await until('it has work in hand', () => victim.consumption.inFlight > 0);
  victim.crash();
  at.members.shift();
  await at.allAtWork();
  expect(await at.repeated(victim)).toEqual([]);
  await victim.broker[Symbol.asyncDispose]();
}, 120_000);

test('a partition is read on by its holder when whoever was to have it is gone', async () => {
  await using at = await scene(() => 20);
  const first = await at.join();
  await at.allAtWork();
  await at.leave(await at.join());
  await at.allAtWork();
  await until('it reads all partitions', () => first.consumption.ready);
  expect(await at.repeated()).toEqual([]);
});

test('a group goes on while a member of an older version takes part, and hands over again when it has left', async () => {
  await using at = await scene(() => 20);
  await at.join();
  using clients = new Clients(settings);
  const older = clients.kafka.consumer({ groupId: at.group, sessionTimeout: settings.sessionTimeoutMs });
  const joined = gate();
  let given: readonly number[] = [];
  older.on(older.events.GROUP_JOIN, ({ payload }) => {
    expect(payload.groupProtocol).toBe('RoundRobinAssigner');
    given = payload.memberAssignment[at.from] ?? [];
    if (given.length > 0 && given.length < PARTITIONS) joined.open();
  });
  await older.connect();
  await older.subscribe({ topic: at.from });
  await older.run({ autoCommit: false, eachBatch: async () => undefined });
  await joined.opened;
  await at.join();
  await at.allAtWork();
  await older.disconnect();
  await at.join();
  await at.allAtWork();
  await at.repeated();
});
