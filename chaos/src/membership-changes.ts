import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.js';
import type { Load, Request } from './load.js';
import { isStage } from './schedule.js';
import type { Service } from './service.js';
import { until } from './waiting.js';

/** What happened to processes while runs came in and nothing else went wrong. */
export interface MembershipChanges {
  /** The runs that were asked for meanwhile. */
  readonly runs: ReadonlySet<string>;
  /** Callers of the outside system that were killed. */
  readonly killed: ReadonlySet<string>;
  /** How many outside calls were under way in the processes that were told to end, when they were. */
  readonly interrupted: number;
}

const SCALED = 'pay';
const RATE_PER_SECOND = 10;
/** Longer than it takes until a call is under way in a process that has its share of the load. */
const IN_HAND_MS = 5_000;
const READY_MS = 120_000;

/** How many runs are asked for while the members of groups change. */
export const runsMeanwhile = (services: readonly string[]): number => (replaced(services).length + 4) * 30;

const replaced = (services: readonly string[]): string[] => services.filter((name) => !name.startsWith('gateway'));

/** Scales a stage from two processes to one, three, one, six and two; restarts each stage and coordinator; kills one process. */
export async function changeMembers(
  house: House,
  load: Load,
  { services, requests }: { services: readonly string[]; requests: readonly Request[] },
): Promise<MembershipChanges> {
  const killed = new Set<string>();
  let interrupted = 0;
  let over = false;
  const drain = async (service: Service, again: boolean) => {
    const caller = String(service.pid);
    if (isStage(service.name)) await until(() => house.bank.underWay(caller) > 0, { withinMs: IN_HAND_MS, everyMs: 5 });
    interrupted += house.bank.underWay(caller);
    await service.drain({ again });
  };
  const coming = (async () => {
    for (let next = 0; next < requests.length; next++) {
      await load.burst(requests.slice(next, next + 1));
      if (!over) await sleep(1_000 / RATE_PER_SECOND);
    }
  })();
  await scale(house, drain);
  for (const name of replaced(services)) {
    const service = house.services.get(name)!;
    await drain(service, true);
    await service.ready(READY_MS);
  }
  const victim = house.services.get(`${SCALED}-1`)!;
  const caller = String(victim.pid);
  await until(() => house.bank.underWay(caller) > 0, { withinMs: IN_HAND_MS, everyMs: 5 });
  killed.add(caller);
  await victim.kill9();
  over = true;
  await coming;
  return { runs: new Set(requests.map(({ run }) => run)), killed, interrupted };
}

async function scale(house: House, drain: (service: Service, again: boolean) => Promise<void>): Promise<void> {
  const second = house.services.get(`${SCALED}-2`)!;
  let added = 0;
  const grow = async (count: number): Promise<readonly Service[]> => {
    // Names that no other scaling gives.
    const more = await Promise.all(Array.from({ length: count }, () => house.add(`${SCALED}-${900 + added++}`)));
    await Promise.all(more.map((one) => one.ready(READY_MS)));
    return more;
  };
  await drain(second, false);
  const two = await grow(2);
  await Promise.all(two.map((one) => drain(one, false)));
  const five = await grow(5);
  await Promise.all(five.map((one) => drain(one, false)));
  await second.start();
  await second.ready(READY_MS);
}
