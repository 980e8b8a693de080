import type { Fact } from '@millrace/contracts';
import { isChunked, type LoadedPlan, CHUNK_NAME, type Chunk } from '@millrace/pipeline/engine';
import { listIn } from './children.js';
import type { Decision } from '../decide/decision.js';
import { evolve } from '../run/evolve.js';

/** The facts of these runs. */
export type LoadFacts = (runs: readonly string[]) => Promise<ReadonlyMap<string, readonly Fact[]>>;

/** Returns the facts of a run; undefined where they have to be loaded first. */
export type FactsAtHand = (run: string) => readonly Fact[] | undefined;

/**
 * Puts lists in where only what stands for them is known: what a map of many items gave lies in the facts of its chunks. A stage gets the list, a chunk of a
 * next map its part of it. Everything else passes on what stands for it.
 */
export async function withLists(decision: Decision, options: { plan: LoadedPlan; load: LoadFacts }): Promise<Decision> {
  const loaded = new Map<string, readonly Fact[]>();
  for (;;) {
    const missing = new Set<string>();
    const factsOf = (run: string) => loaded.get(run) ?? void missing.add(run);
    const filled = withListsFrom(decision, { plan: options.plan, factsOf });
    if (missing.size === 0) return filled;
    const found = await options.load([...missing]);
    for (const run of missing) loaded.set(run, found.get(run) ?? []);
  }
}

/** Puts lists in, of runs whose facts are at hand; where they are not, what stands for a list stays. */
export function withListsFrom(decision: Decision, options: { plan: LoadedPlan; factsOf: FactsAtHand }): Decision {
  if (!mayHaveLists(options.plan)) return decision;
  const put = <T>(value: T): T => filled(value, options.factsOf) as T;
  const requests = decision.requests.map((request) => ({
    ...request,
    input: put(request.input),
    known: put(request.known),
  }));
  const events = decision.events.map((event) => {
    const chunk = event.type === 'run.requested' ? (event.given?.[CHUNK_NAME] as Chunk | undefined) : undefined;
    if (event.type !== 'run.requested' || !chunk || !isChunked(chunk.items)) return event;
    return { ...event, given: { ...event.given, [CHUNK_NAME]: { ...chunk, items: put(chunk.items) } } };
  });
  return { ...decision, requests, events };
}

const mayHaveLists = ({ plan, compiled }: LoadedPlan): boolean =>
  plan.given !== undefined || compiled.steps.some(({ step }) => step.kind === 'map' || step.kind === 'run');

/** Returns true when a value holds a stand-in for a list somewhere. Nearly none does, and to find that out copies nothing. */
function holdsChunked(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isChunked(next)) return true;
    for (const one of Object.values(next)) if (typeof one === 'object' && one !== null) waiting.push(one);
  }
  return false;
}

function filled(value: unknown, factsOf: FactsAtHand): unknown {
  if (typeof value !== 'object' || value === null || !holdsChunked(value)) return value;
  if (isChunked(value)) {
    const chunks = value.$pages.map(({ run }) => [run, factsOf(run)] as const);
    if (chunks.some(([, facts]) => facts === undefined)) return value;
    return chunks.flatMap(([run, facts = []]) => filled(listIn(evolve(undefined, run, facts)), factsOf));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, factsOf));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, filled(field, factsOf)]));
}
