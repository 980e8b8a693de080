import { randomUUID } from 'node:crypto';
import type { GroupMember } from '../config.js';
import { kafkaBroker } from '../kafka-broker.js';
import { leaveGroups } from './leave-groups.js';
import { testSettings } from '../testing/config.js';
import { mortalBroker } from '../testing/mortal-broker.js';
import { everything, numbered, topicsOn, until, values } from '../testing/scene.js';

/** Far longer than the test waits. */
const settings = { ...testSettings(), sessionTimeoutMs: 300_000 };

test('what a killed process had in hand goes on at once, where its launcher takes it out of its groups', async () => {
  const members = new Map<string, GroupMember>();
  const mortal = await mortalBroker({ ...settings, onMember: (member) => members.set(member.group, member) });
  await using broker = await kafkaBroker(settings);
  const [from, to] = (await topicsOn(broker, 2)) as [string, string];
  const source = { topic: from, group: randomUUID(), concurrency: 10 };
  const copy = async ({ key, value }: { key: Buffer | null; value: Buffer | null }) => [{ topic: to, key, value }];
  const killed = await mortal.broker.consume(source, () => new Promise(() => undefined));
  await until('it has its partitions', () => killed.ready);
  await broker.publish(numbered(from, 0, 20));
  await until('it has all in hand', () => killed.inFlight === 10);
  mortal.crash();
  const buried = mortal.broker[Symbol.asyncDispose]();
  await leaveGroups(settings, [...members.values()]);
  await using _heir = await broker.consume(source, copy);
  await until('the heir has done all', async () => (await everything(broker, to)).length === 20);
  expect(await everything(broker, to)).toEqual(values(20));
  // Whoever has left already is passed over.
  await leaveGroups(settings, [...members.values(), { group: randomUUID(), memberId: 'nobody' }]);
  await buried;
});
