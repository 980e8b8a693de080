import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import { type Evidence, gather } from './evidence.js';
import { perform } from './faults.js';
import { startSmallMillrace } from './full-disk.js';
import { type Installation, type Layout, openInstallation, serviceNames, whenUp } from './installation.js';
import { type Violation, violationsOf } from './invariants.js';
import { Load, type Request, requestsOf } from './load.js';
import { AT_MOST, changeMembers, type MembershipChanges } from './membership-changes.js';
import type { MutantName } from './options.js';
import { AGAINST, isStage, type Planned, scheduleOf } from './schedule.js';
import { until } from './waiting.js';

export interface ExperimentOptions {
  readonly seed: number;
  readonly runs: number;
  readonly faults: number;
  /** The time that publishing takes. */
  readonly spanMs: number;
  readonly layout: Layout;
  readonly mutant?: MutantName | undefined;
  /** Leave data and logs behind. */
  readonly keep?: boolean;
  readonly say: (line: string) => void;
}

export interface ExperimentOutcome {
  readonly violations: readonly Violation[];
  readonly plan: readonly Planned[];
  readonly seconds: number;
  readonly requests: readonly Request[];
  readonly evidence: Evidence;
}

/** After so long every member of a group has heard that it changes. */
const HEARD_MS = 3_000;
/** For services to come up, and for everything to come to rest. */
const PATIENCE_MS = 300_000;
/** The longest wait for a mutant: what it has broken may never end, and has been seen by then. */
const MUTANT_MS = 30_000;

/** One installation, one load, one schedule of faults; and what became of every run. */
export async function experiment(options: ExperimentOptions): Promise<ExperimentOutcome> {
  const { seed, spanMs, layout, mutant, say } = options;
  const services = serviceNames(layout);
  const only = mutant && AGAINST[mutant];
  const victims = mutant ? services.filter(isStage) : services;
  const plan = scheduleOf({ seed, faults: options.faults, services: victims, spanMs, only });
  const changing = !mutant || mutant === 'no-hand-over';
  const most = requestsOf(seed, options.runs + (changing ? AT_MOST : 0));
  const withinMs = mutant && !changing ? MUTANT_MS : PATIENCE_MS;
  const started = Date.now();
  say(
    `seed ${seed}: ${options.runs} runs in ${Math.round(spanMs / 1_000)} s, ${plan.length} faults, ${services.length} services`,
  );
  await using opening = new AsyncDisposableStack();
  const folder = resolve('.millrace', 'chaos', `${process.pid}-${seed}`);
  await rm(folder, { recursive: true, force: true });
  const needsSmall = plan.some(({ fault }) => fault.kind === 'full-disk');
  const small = needsSmall ? opening.use(await startSmallMillrace(join(folder, 'small'))) : undefined;
  const installation = opening.use(await openInstallation({ layout, mutant, folder }));
  if (small && !(await small.service.ready(PATIENCE_MS)))
    throw new Error(`${small.service.name} did not start. It said:\n${small.service.said}`);
  say(`all is ready after ${secondsSince(started)} s`);
  let requests = most.slice(0, options.runs);
  const load = new Load(installation, { requests, spanMs, seed });
  const violations: Violation[] = [];
  await Promise.all([load.run(), perform(plan, { installation, small, load, seed, say, violations })]);
  await load.settled();
  installation.kafkaProxy.heal();
  installation.postgresProxy.heal();
  const since = Date.now();
  const troubles = [...(await calm(installation, { runs: requests.length, withinMs }))];
  say(`quiet ${troubles.length === 0 ? '' : 'it did not become '}after ${secondsSince(since)} s`);
  let changes: MembershipChanges | undefined;
  if (changing && troubles.length === 0) {
    await sleep(HEARD_MS);
    const from = Date.now();
    const restarted = mutant ? ['pay-1', 'pay-2'] : services.filter((name) => !name.startsWith('gateway'));
    changes = await changeMembers(installation, load, { restarted, requests: most.slice(options.runs) });
    say(
      `members came and went for ${secondsSince(from)} s, with ${changes.interrupted} calls under way where one was told to end`,
    );
    requests = most.slice(0, options.runs + changes.runs.size);
    troubles.push(...(await calm(installation, { runs: requests.length, withinMs })));
  }
  const evidence = await gather(installation, changes);
  violations.push(
    ...troubles.map((what) => ({ what })),
    ...load.refusals.map((what) => ({ what: `Refused: ${what}` })),
    ...crashesOf(installation),
    ...violationsOf(requests, evidence),
  );
  // Of a mutant they are what was wanted.
  const kept = options.keep || (violations.length > 0 && !mutant);
  if (kept) say(`data and logs are in ${folder}`);
  await opening.disposeAsync();
  if (!kept) await rm(folder, { recursive: true, force: true });
  return { violations, requests, evidence, plan, seconds: secondsSince(started) };
}

const secondsSince = (time: number): number => Math.round((Date.now() - time) / 1_000);

/** Waits until nothing goes on any more; what still does when it should not. */
async function calm(
  installation: Installation,
  { runs, withinMs }: { runs: number; withinMs: number },
): Promise<readonly string[]> {
  const troubles: string[] = [];
  for (const service of installation.services.values()) {
    if (service.wanted && !(await service.ready(withinMs)))
      troubles.push(`${service.name} is not ready. It said last:\n${service.said}`);
  }
  const quiet = await until(
    async () => {
      const { rows } = await whenUp(() =>
        installation.database.query<{ all: number; open: number }>(
          `select count(*)::int as all, count(*) filter (where status = 'running')::int as open from runs`,
        ),
      );
      const { all, open } = present(rows[0], 'count of the runs');
      return all >= runs && open === 0 && (await allRead(installation));
    },
    { withinMs, everyMs: 500 },
  );
  return quiet
    ? troubles
    : [...troubles, `Runs or records were still under way ${withinMs / 1_000} s after the last fault`];
}

async function allRead({ broker, topics, groups }: Installation): Promise<boolean> {
  const pairs = [
    [groups.intake, topics.intake],
    [groups.runs, topics.runs],
    [groups.deadLetters, topics.deadLetters],
    ...['open', 'weigh', 'price', 'quote', 'reserve', 'insure', 'pay'].map(
      (name) => [groups.stage(name), topics.stage(name)] as const,
    ),
  ] as const;
  const lags = await Promise.all(pairs.map(([group, topic]) => broker.lag(group, topic))).catch(() => undefined);
  return lags?.flat().every(({ committed, end }) => (committed ?? 0) === end) ?? false;
}

/** A service that ends by itself is started again; it should not have to be. */
const crashesOf = ({ services }: Installation): Violation[] =>
  [...services.values()].flatMap(({ name, crashes }) => crashes.map((how) => ({ what: `${name} ${how}` })));
