import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { partitionFor } from '@millrace/broker';
import { present, runIdOf, type Topics } from '@millrace/contracts';
import type { ForeignTopics } from './foreign-topics.js';
import type { KnownValues } from './shape.js';
import type { Target } from './target.js';

/** The pipeline whose runs show that everything goes on, and its stages: no attack is told their names, for it may pause, limit and change what it knows. */
const WITNESS = 'support-email';
const WITNESS_STAGES = ['intake', 'classify', 'extract', 'retrieve', 'draft', 'comply', 'route', 'send'];

const MAIL = {
  from: 'ann@example.com',
  subject: 'Lost card',
  text: 'I lost my debit card in town yesterday. Please block it and send me a new one.',
};

/** The values and documents of an installation that were seen before the attack. */
export interface Learnt {
  /** Pipelines and stages among these may be paused, limited and changed by an attack. */
  readonly known: KnownValues;
  readonly topics: Topics;
  readonly foreign: ForeignTopics;
  /** JSON documents seen on each topic, by topic: those of all stages are there, and of others as many as there were. */
  readonly seen: ReadonlyMap<string, readonly unknown[]>;
  /** Plans of the pipelines that may be attacked. */
  readonly plans: readonly unknown[];
  /** The gateway's own description of its operations. */
  readonly openapi: OpenApi;
  /** JSON Schemas of inputs by pipeline. */
  readonly inputs: ReadonlyMap<string, unknown>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

export interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
}

const sampleOf = (path: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../pipelines/${path}`, import.meta.url)), 'utf8'));

/** Runs whose records are the corpus: one of each pipeline, and several of the witness. */
const SAMPLES: readonly (readonly [pipeline: string, input: () => unknown])[] = [
  [WITNESS, () => MAIL],
  [WITNESS, () => ({ from: 'kit@example.com', subject: 'Things', text: 'My card, my mortgage, and my new address?' })],
  ['anything', () => ({ any: ['thing', 1] })],
  ['one-at-a-time', () => ({ customer: 'ann' })],
  ['each', () => ({ list: [1, 'two'] })],
  ['answered', () => ({ order: 'a' })],
  ['research-agent', () => sampleOf('agent/samples/compare.json')],
  ['content-moderation', () => sampleOf('content-moderation/samples/unsure.json')],
  ['document-ingestion', () => sampleOf('document-ingestion/samples/travel-handbook.json')],
  ['invoice-processing', () => sampleOf('invoice-processing/samples/too-much.json')],
];

/** Asks for a run by HTTP, and gives its id. */
async function start(target: Target, options: { pipeline: string; input: unknown; key: string }): Promise<string> {
  const answer = await fetch(`${target.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': options.key, prefer: 'wait=15' },
    body: JSON.stringify({ pipeline: options.pipeline, input: options.input }),
  });
  const body = (await answer.json()) as { id?: string };
  if (!body.id)
    throw new Error(`A run of ${options.pipeline} was answered with ${answer.status}: ${JSON.stringify(body)}`);
  return body.id;
}

async function get<T>(target: Target, path: string): Promise<T> {
  const answer = await fetch(target.url + path);
  if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}.`);
  return (await answer.json()) as T;
}

/** Lets ordinary runs go through a fresh installation and keeps what they leave behind. */
export async function learn(target: Target): Promise<Learnt> {
  const { topics } = target;
  const pipelines = (await get<{ items: { name: string }[] }>(target, '/v1/pipelines')).items.map(({ name }) => name);
  const runs: string[] = [];
  for (const [n, [pipeline, input]] of SAMPLES.entries())
    if (pipelines.includes(pipeline)) runs.push(await start(target, { pipeline, input: input(), key: `sample-${n}` }));
  await target.publish([{ topic: topics.intake, key: null, value: 'not json', headers: { pipeline: 'agent' } }]);
  const details = await Promise.all(
    pipelines.map((name) =>
      get<{ plan: string; definition?: unknown; input: unknown }>(target, `/v1/pipelines/${name}`),
    ),
  );
  const letters = await until(async () => {
    const { items } = await get<{ items: { id: string }[] }>(target, '/v1/dead-letters');
    return items.length > 0 && items;
  });
  const reviews = (await get<{ items: { id: string; step: string }[] }>(target, '/v1/reviews')).items;
  const stages = (await get<{ items: { name: string }[] }>(target, '/v1/stages')).items.map(({ name }) => name);
  const seen = new Map<string, readonly unknown[]>();
  const { runs: events, results, deadLetters, control, deployments } = topics;
  for (const topic of [events, results, deadLetters, topics.plans, control, deployments, ...stages.map(topics.stage)])
    seen.set(topic, documents(await target.read(topic, 100)));
  const plans = (seen.get(topics.plans) ?? []).filter((plan) => (plan as { pipeline: string }).pipeline !== WITNESS);
  const steps = plans.flatMap((plan) => Object.keys((plan as { steps?: object }).steps ?? {}));
  const others = pipelines.filter((name) => name !== WITNESS);
  const freeStages = stages.filter((name) => !WITNESS_STAGES.includes(name));
  return {
    known: {
      run: runs,
      id: [...runs, ...reviews.map(({ id }) => id), ...letters.map(({ id }) => id)],
      step: [...steps, ...WITNESS_STAGES, ...reviews.map(({ step }) => step)],
      stage: freeStages,
      name: [...others, ...freeStages],
      pipeline: others,
      deadLetter: letters.map(({ id }) => id),
      plan: details.map(({ plan }) => plan),
      to: details.map(({ plan }) => plan),
      version: [1, 2],
    },
    topics,
    foreign: target.foreign,
    seen,
    plans,
    openapi: await get<OpenApi>(target, '/openapi.json'),
    inputs: new Map(details.map((one, i) => [present(pipelines[i], 'pipeline'), one.input])),
  };
}

const documents = (values: readonly unknown[]): readonly unknown[] =>
  values.flatMap((value) => {
    try {
      return typeof value === 'string' ? [JSON.parse(value) as unknown] : [];
    } catch {
      return [];
    }
  });

export async function until<T>(find: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  for (const end = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Waited ${withinMs / 1_000} s in vain.`);
  }
}

/** Idempotency keys of `round` whose runs fall to each partition of `runs`, one each. */
function keysOf(round: string, partitions: number): readonly string[] {
  const keys = new Map<number, string>();
  for (let n = 0; keys.size < partitions; n++) {
    const key = `${round}-${n}`;
    const partition = partitionFor(runIdOf(WITNESS, key), partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  return [...keys.values()];
}

const WITNESS_MS = 30_000;
/** More than any ordinary work takes here, several times over. */
const MOST_MEGABYTES = 1_200;

/**
 * Says what no longer holds after an attack: an ordinary run through every partition of `intake`, `runs` and the stages completes, no
 * group stands still, each process says that it is ready, and memory is bounded. Undefined where all holds.
 */
export async function damage(target: Target, round: string): Promise<string | undefined> {
  const { topics, groups } = target;
  try {
    const keys = keysOf(round, target.partitions);
    await target.publish(
      keys.map((key, partition) => ({
        topic: topics.intake,
        partition,
        key: null,
        value: JSON.stringify(MAIL),
        headers: { pipeline: WITNESS, 'idempotency-key': key },
      })),
    );
    for (const [partition, key] of keys.entries()) {
      const id = runIdOf(WITNESS, key);
      let status = 'not accepted';
      const completed = until(async () => {
        const answer = await fetch(`${target.url}/v1/runs/${id}`);
        status = answer.ok ? ((await answer.json()) as { status: string }).status : `HTTP ${answer.status}`;
        return status === 'completed';
      }, WITNESS_MS);
      if (!(await completed.catch(() => false)))
        return `an ordinary run by partition ${partition} of intake is ${status}`;
    }
    const pairs = [
      [groups.intake, topics.intake],
      [groups.runs, topics.runs],
      [groups.deadLetters, topics.deadLetters],
      [groups.deployments, topics.deployments],
      [groups.trigger('fed', 'feed'), target.foreign.feed],
      [groups.signals(target.foreign.answers), target.foreign.answers],
      ...WITNESS_STAGES.map((stage) => [groups.stage(stage), topics.stage(stage)] as const),
    ] as const;
    let behind: readonly string[] = [];
    const done = until(async () => (behind = await target.behind(pairs)).length === 0, WITNESS_MS);
    if (!(await done.catch(() => false))) return `stands still: ${behind.join(', ')}`;
    let reason = '';
    const ready = until(async () => {
      const answers = await Promise.all(target.health.map((url) => fetch(`${url}/readyz`)));
      reason = (await Promise.all(answers.map((answer) => answer.text()))).filter((_, i) => !answers[i]?.ok).join(', ');
      return answers.every((answer) => answer.ok);
    }, WITNESS_MS);
    if (!(await ready.catch(() => false))) return `is not ready: ${reason}`;
    const megabytes = await target.peakMegabytes();
    if (megabytes > MOST_MEGABYTES) return `had ${Math.round(megabytes)} MB resident`;
    return undefined;
  } catch (error) {
    return `cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
}
