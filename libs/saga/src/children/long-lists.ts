import type { Fact } from '@millrace/contracts';
import { isChunked, type LoadedPlan, CHUNK_NAME, type Chunk } from '@millrace/pipeline/engine';
import { listIn } from './children.js';
import type { Decision } from '../decide/decision.js';
import { evolve } from '../run/evolve.js';

/** The facts of these runs. */
export type LoadFacts = (runs: readonly string[]) => Promise<ReadonlyMap<string, readonly Fact[]>>;

/**
 * Puts lists in where only what stands for them is known: what a map of many items gave lies in the facts of its chunks. A stage gets the list, a chunk of a
 * next map its part of it. Everything else passes on what stands for it.
 */
export async function withLists(decision: Decision, of: { plan: LoadedPlan; load: LoadFacts }): Promise<Decision> {
  if (!mayHaveLists(of.plan)) return decision;
  const put = <T>(value: T): Promise<T> => filled(value, of.load) as Promise<T>;
  const requests = decision.requests.map(async (request) => ({
    ...request,
    input: await put(request.input),
    known: await put(request.known),
  }));
  const events = decision.events.map(async (event) => {
    const chunk = event.type === 'run.requested' ? (event.given?.[CHUNK_NAME] as Chunk | undefined) : undefined;
    if (event.type !== 'run.requested' || !chunk || !isChunked(chunk.items)) return event;
    return { ...event, given: { ...event.given, [CHUNK_NAME]: { ...chunk, items: await put(chunk.items) } } };
  });
  return { ...decision, requests: await Promise.all(requests), events: await Promise.all(events) };
}

const mayHaveLists = ({ plan, compiled }: LoadedPlan): boolean =>
  plan.given !== undefined || compiled.steps.some(({ step }) => step.kind === 'map' || step.kind === 'run');

/** Returns true when a value holds a stand-in for a list somewhere. Nearly none does, and to find that out takes no promise for each item of a long one. */
function holdsPaged(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isChunked(next)) return true;
    for (const one of Object.values(next)) if (typeof one === 'object' && one !== null) waiting.push(one);
  }
  return false;
}

async function filled(value: unknown, load: LoadFacts): Promise<unknown> {
  if (typeof value !== 'object' || value === null || !holdsPaged(value)) return value;
  if (isChunked(value)) {
    const facts = await load(value.$pages.map(({ run }) => run));
    const parts = value.$pages.map(({ run }) => listIn(evolve(undefined, run, facts.get(run) ?? [])));
    return (await Promise.all(parts.map((part) => filled(part, load)))).flat();
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => filled(item, load)));
  const fields = Object.entries(value).map(async ([name, field]) => [name, await filled(field, load)] as const);
  return Object.fromEntries(await Promise.all(fields));
}
