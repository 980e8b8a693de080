import { setTimeout as sleep } from 'node:timers/promises';
import { type Installation, serviceOf } from './installation.js';
import type { Load, Request } from './load.js';
import { isStage } from './schedule.js';
import type { Service } from './service.js';
import { until } from './waiting.js';

/** The changes of membership while runs came in and nothing else went wrong. */
export interface MembershipChanges {
  /** The runs that were asked for meanwhile, the first of those that might be. */
  readonly runs: ReadonlySet<string>;
  /** Callers of the outside system that were killed. */
  readonly killed: ReadonlySet<string>;
  /** The number of outside calls that were under way in the processes that were told to end, when they were. */
  readonly interrupted: number;
}

const SCALED = 'pay';
const RATE_PER_SECOND = 10;
/** Longer than it takes until a call is under way in a process that has its share of the load. */
const IN_HAND_MS = 5_000;
const READY_MS = 120_000;

/** The most runs that are asked for while the members of groups change. */
export const AT_MOST = 1_500;

/** Scales a stage from two processes to one, three, one, six and two; restarts services one by one; kills one process. */
export async function changeMembers(
  installation: Installation,
  load: Load,
  { restarted, requests }: { restarted: readonly string[]; requests: readonly Request[] },
): Promise<MembershipChanges> {
  const killed = new Set<string>();
  let interrupted = 0;
  let over = false;
  const drain = async (service: Service, again: boolean) => {
    const caller = String(service.pid);
    if (isStage(service.name))
      await until(() => installation.bank.underWay(caller) > 0, { withinMs: IN_HAND_MS, everyMs: 5 });
    interrupted += installation.bank.underWay(caller);
    await service.drain({ again });
  };
  let asked = 0;
  const coming = (async () => {
    for (; asked < requests.length && !over; await sleep(1_000 / RATE_PER_SECOND)) {
      await load.burst(requests.slice(asked, ++asked));
    }
  })();
  await scale(installation, drain);
  for (const name of restarted) {
    const service = serviceOf(installation, name);
    await drain(service, true);
    await service.ready(READY_MS);
  }
  const victim = serviceOf(installation, `${SCALED}-1`);
  const caller = String(victim.pid);
  await until(() => installation.bank.underWay(caller) > 0, { withinMs: IN_HAND_MS, everyMs: 5 });
  killed.add(caller);
  await victim.kill9();
  over = true;
  await coming;
  return { runs: new Set(requests.slice(0, asked).map(({ run }) => run)), killed, interrupted };
}

async function scale(
  installation: Installation,
  drain: (service: Service, again: boolean) => Promise<void>,
): Promise<void> {
  const second = serviceOf(installation, `${SCALED}-2`);
  let added = 0;
  const grow = async (count: number): Promise<readonly Service[]> => {
    // Names that no other scaling gives.
    const more = await Promise.all(Array.from({ length: count }, () => installation.add(`${SCALED}-${900 + added++}`)));
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
