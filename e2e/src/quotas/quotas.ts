import { pathToFileURL } from 'node:url';
import { MillraceClient } from '@millrace/client';
import { readEvents } from '@millrace/contracts';
import { install, type Installation } from '../installation.js';
import { ROOT, until } from '../processes.js';
import { LimitedProvider, type Limits } from './provider.js';

export interface QuotaOptions {
  readonly runs: number;
  readonly limits: Limits;
  /** Kills one of the processes in the middle. */
  readonly kills: boolean;
}

const MINUTES = 60_000;
const PROVIDER = 'openai-compatible';
const PROCESSES = 4;
/** One run in ten is of the small tenant, and all of them are asked for last. */
const SMALL_PART = 10;

/** Prints how calls of four processes keep to a provider's limits and to a budget. */
export async function quotas(options: QuotaOptions): Promise<void> {
  const main = 'e2e/dist/quotas/stage-main.js';
  await using installation = await install({
    stages: [],
    others: Object.fromEntries(Array.from({ length: PROCESSES }, (_, index) => [`ask-${index + 1}`, main])),
    env: { PIPELINES: pathToFileURL(`${ROOT}e2e/dist/quotas/pipelines.js`).href },
  });
  print('quota', await underQuota(installation, options));
  print('budget', await underBudget(installation));
}

const print = (name: string, found: object): void => void process.stdout.write(`${name} ${JSON.stringify(found)}\n`);

interface Wave {
  readonly name: string;
  readonly runs: number;
  readonly url: string;
}

/** Asks for runs, those of the small tenant last. Each call has its tokens in its text. */
async function ask({ broker, topics }: Installation, { name, runs, url }: Wave): Promise<void> {
  const records = Array.from({ length: runs }, (_, index) => {
    const tenant = index >= runs - runs / SMALL_PART ? 'small' : 'large';
    const text = `Run ${index} of tenant ${tenant}, ${80 + (index % 40)} and ${20 + ((index * 7) % 80)} tokens`;
    const headers = { pipeline: 'asked', 'idempotency-key': `${name}-${index}`, tenant };
    return { topic: topics.intake, key: null, value: JSON.stringify({ url, text }), headers };
  });
  await broker.publish(records);
}

async function ended({ database }: Installation, statuses: string): Promise<number> {
  const query = `select count(*)::int as n from runs where status in (${statuses})`;
  return (await database.query<{ n: number }>(query)).rows[0]?.n ?? 0;
}

async function underQuota(installation: Installation, { runs, limits, kills }: QuotaOptions): Promise<object> {
  await using provider = await LimitedProvider.start(limits);
  const { models } = new MillraceClient({ url: installation.gateway });
  await models.quota({ provider: PROVIDER, model: 'small', ...limits, by: 'quotas' });
  await ask(installation, { name: 'quota', runs, url: provider.url });
  if (kills) {
    await until('half of the calls are made', () => provider.taken.length >= runs / 2, 60 * MINUTES);
    await installation.services.get('ask-2')?.kill9();
  }
  await until('all runs have completed', async () => (await ended(installation, `'completed'`)) === runs, 60 * MINUTES);
  const { taken, rejected, pauses } = provider;
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))]?.at ?? 0;
  const percent = (share: number) => Math.round(share * 1_000) / 10;
  const lastSmall = taken.findLastIndex(({ tenant }) => tenant === 'small') + 1;
  const [needed, { calls }] = [new Set(taken.map(({ key }) => key)).size, await models.get()];
  return {
    ...{ runs, ...limits },
    paid: taken.length,
    needed,
    unknown: calls.filter(({ status }) => status === 'unknown').length,
    seconds: Math.round((at(1) - at(0)) / 1_000),
    peakPercent: percent(provider.peak(limits)),
    usedPercent: percent(provider.used(limits, [at(0), at(1)])),
    usedPercentOfTheMiddle: percent(provider.used(limits, [at(0.1), at(0.9)])),
    rejected,
    pauses,
    smallTenantServedAfterCalls: lastSmall,
    failedAttempts: await failedAttempts(installation),
  };
}

async function failedAttempts(installation: Installation): Promise<Record<string, number>> {
  const records = await installation.read(installation.topics.runs);
  const events = records.flatMap(({ value }) => readEvents(value).events.map(({ event }) => event));
  const counts: Record<string, number> = {};
  for (const event of events)
    if (event.type === 'step.failed') counts[event.failure.code] = (counts[event.failure.code] ?? 0) + 1;
  return counts;
}

/** A budget of 10 units over 100 runs at once, of which each would spend 0.16. */
async function underBudget(installation: Installation): Promise<object> {
  await using provider = await LimitedProvider.start(undefined);
  const { models } = new MillraceClient({ url: installation.gateway });
  await models.quota({ provider: PROVIDER, model: 'small' });
  const before = await spentBy(models);
  const prices = [{ provider: PROVIDER, model: 'small', input: 1_000, output: 1_000 }];
  await models.prices({ version: '1', currency: 'EUR', prices });
  const budget = { name: 'ten', per: 'total', money: 10 } as const;
  await models.budget({ ...budget, atLimit: 'wait' });
  const completed = await ended(installation, `'completed'`);
  await ask(installation, { name: 'budget', runs: 100, url: provider.url });
  const count = () => provider.taken.length;
  // Nothing more is called: the budget has no room for another call.
  for (let seen = -1; seen !== count() || count() === 0;) {
    seen = count();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
  const madeWithin = count();
  const spent = (await spentBy(models)) - before;
  await models.budget({ ...budget, atLimit: 'stop' });
  const over = () => ended(installation, `'completed', 'dead-lettered'`);
  await until('the rest is refused', async () => (await over()) === completed + 100, 5 * MINUTES);
  const dead = await ended(installation, `'dead-lettered'`);
  return {
    budget: 10,
    runs: 100,
    calls: madeWithin,
    spent,
    estimateOfACall: 0.27,
    refused: dead,
    callsInTheEnd: count(),
  };
}

async function spentBy(models: MillraceClient['models']): Promise<number> {
  const { items } = await models.spending({});
  return items.reduce((sum, { money }) => sum + money, 0);
}
