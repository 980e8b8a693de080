import {
  type ChildStatus,
  derivedId,
  type Fact,
  type Failure,
  failure,
  isOver,
  type Parent,
  type RunEvent,
  type RunRequested,
} from '@millrace/contracts';
import {
  firstOf,
  givenTo,
  givenToHandler,
  HANDLER,
  inputOf,
  isChunked,
  type ItemRange,
  itemOf,
  listOf,
  type LoadedPlan,
  type MapStep,
  CHUNK_NAME,
  type Chunk,
  type ChunkedList,
  chunkIn,
  rangeOf,
  type RunStep,
  shareOf,
  sliceOf,
} from '@millrace/pipeline/engine';
import { itemsWith, type Tally } from './fan.js';
import { itemPolicyOf } from './items.js';
import { triesAgain } from '../decide/retry.js';
import type { Run } from '../run/run.js';
import { traceOf, tracedUnder } from '../trace.js';

/** Returns true when a step that fails for good is parked: not where the pipeline says that it fails, or the parent has something else to do about it. */
export const parksIn = ({ parent }: Run, { plan }: LoadedPlan): boolean => !plan.onFailure && (parent?.parks ?? true);

/** Returns how many items of a map may be under way; within a chunk, the chunk's share of the whole map's number. */
export const concurrencyOf = ({ concurrency }: MapStep, { scope }: Run): number =>
  chunkIn(scope)?.concurrency ?? concurrency;

/** Returns the request for the run that does the work of a step, of an item, or of a chunk of items. The run's id follows from its parent, step and item. */
export function childRequest(
  run: Run,
  options: { step: string; attempt: number; plan: LoadedPlan; at: number },
): RunRequested {
  const { step, attempt, plan, at } = options;
  const id = derivedId('run', run.id, step, String(attempt));
  const item = itemOf(step);
  const range = item && rangeOf(item.key);
  const parent: Parent = {
    run: run.id,
    step,
    attempt,
    parks: parksIn(run, plan) && parks(plan, step),
    trace: traceOf(run),
    ...itemsBeside(run, plan, item),
  };
  const given = {
    ...givenTo(plan, step, run.scope),
    ...(item && range && { [CHUNK_NAME]: chunkOf(run, plan, { step: item.step, range }) }),
  };
  const takesInput = (plan.step(step) as RunStep).input !== undefined;
  return {
    type: 'run.requested',
    run: id,
    at,
    plan: plan.child(step).hash,
    input: takesInput ? inputOf(plan, step, run.scope) : undefined,
    ...(Object.keys(given).length > 0 && { given }),
    parent,
    ...tracedUnder(run),
    ...inheritedBy(run),
  };
}

/** Returns the request for the run of a failure handler; undefined where the pipeline has none. A run that has failed has one, whatever happens. */
export function handlerRequest(
  run: Run,
  options: { plan: LoadedPlan; at: number; step: string | undefined; failure: Failure },
): RunRequested | undefined {
  const { plan, at, step = '', failure } = options;
  if (!plan.plan.onFailure?.handler) return undefined;
  return {
    type: 'run.requested',
    run: derivedId('run', run.id, HANDLER, '1'),
    at,
    plan: plan.child(HANDLER).hash,
    given: { ...givenToHandler(plan, { failure, step }, run.scope) },
    parent: { run: run.id, step: HANDLER, attempt: 1, parks: true, trace: traceOf(run) },
    ...tracedUnder(run),
    ...inheritedBy(run),
  };
}

/** Returns the number of items that a child run works on, where there are more than one. */
function itemsBeside(run: Run, plan: LoadedPlan, item: { step: string } | undefined): Pick<Parent, 'items'> {
  const isMap = item !== undefined && plan.step(item.step).kind === 'map';
  const items = isMap ? itemsWith(run, countOf(listOf(plan, item.step, run.scope))) : (run.parent?.items ?? 1);
  return items > 1 ? { items } : {};
}

const countOf = (list: readonly unknown[] | ChunkedList | undefined): number =>
  isChunked(list) ? list.$pages.reduce((sum, { items }) => sum + items, 0) : (list?.length ?? 0);

const inheritedBy = ({ refresh, priority, tenant }: Run): Pick<RunRequested, 'refresh' | 'priority' | 'tenant'> => ({
  ...(refresh && { refresh }),
  ...(priority !== undefined && { priority }),
  ...(tenant !== undefined && { tenant }),
});

/** Returns true when a failure within the child is parked there: the policy of its step has nothing else for it. */
function parks(plan: LoadedPlan, step: string): boolean {
  const item = itemOf(step);
  const definition = plan.step(item?.step ?? step);
  if (item) return itemPolicyOf(definition) === 'park';
  return definition.onFailure === undefined && definition.kind === 'run' && !triesAgain(definition.retry);
}

function chunkOf(run: Run, plan: LoadedPlan, { step, range }: { step: string; range: ItemRange }): Chunk {
  return {
    items: sliceOf(listOf(plan, step, run.scope) ?? [], range, firstOf(run.scope)),
    from: range.from,
    concurrency: shareOf(concurrencyOf(plan.step(step) as MapStep, run), run.fans.get(step)?.keys.length ?? 1),
  };
}

/** Ends a child run whose result nobody waits for any more. */
export const cancelOf = ({ id }: Run, child: string, options: { at: number; compensate: boolean }): RunEvent => ({
  type: 'run.cancel-requested',
  run: child,
  at: options.at,
  ...(options.compensate && { compensate: true }),
  reason: `Its parent ${id} goes on without it.`,
});

/** Returns the state of a child run for its parent. One that is being undone is under way. */
const standing = ({ status }: Run): ChildStatus =>
  status === 'waiting' || status === 'dead-lettered' ? status : 'running';

/** Returns what a child run's parent has to hear: the child's end, or a change of its status. */
export function toldToParent(
  before: Run,
  run: Run,
  { facts, at }: { facts: readonly Fact[]; at: number },
): readonly RunEvent[] {
  const last = facts.at(-1);
  if (!run.parent || !last) return [];
  const { run: parent } = run.parent;
  const { step, attempt } = run.undoing?.undoes ?? run.parent;
  const options = { run: parent, step, attempt, at };
  const ended = { ...options, startedAt: run.acceptedAt };
  switch (last.type) {
    case 'run.completed':
      return [
        {
          type: 'step.completed',
          ...ended,
          output: tallyOf(run) ?? run.output ?? null,
          ...(run.degraded.length > 0 && { degraded: true }),
        },
      ];
    case 'run.failed':
      return [{ type: 'step.failed', ...ended, failure: last.failure }];
    case 'run.cancelled': {
      if (run.undoing?.undoes) return [{ type: 'step.completed', ...ended, output: null }];
      const cancelled = failure('CHILD_CANCELLED', `The run ${run.id}, which did the work of ${step}, was cancelled.`);
      return [{ type: 'step.failed', ...ended, failure: cancelled }];
    }
    default: {
      const status = standing(run);
      const isNews = status !== standing(before);
      return isNews && !isOver(run.status) ? [{ type: 'step.child', ...options, status }] : [];
    }
  }
}

/** Returns the tally of a chunk: its results stay with it, and its map counts them. */
function tallyOf(run: Run): Tally | undefined {
  if (!chunkIn(run.scope)) return undefined;
  const list = listIn(run);
  const items = isChunked(list) ? list.$pages.reduce((sum, chunk) => sum + chunk.items, 0) : list.length;
  return { items, failed: run.fans.get(mapOf(run))?.failed ?? 0 };
}

/** Returns the results of a map's chunk. */
export const listIn = (run: Run): readonly unknown[] | ChunkedList =>
  run.scope[mapOf(run)] as readonly unknown[] | ChunkedList;

/** Returns the map that a chunk is a part of. */
const mapOf = ({ parent }: Run): string => itemOf(parent?.step ?? '')?.step ?? '';
