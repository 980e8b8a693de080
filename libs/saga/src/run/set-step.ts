import { itemName, itemOf } from '@millrace/pipeline/engine';
import { type ItemResult, moved, withResult } from '../children/fan.js';
import { type RunDraft, stepOf, type StepState } from './run.js';

/** Brings a step or an item into another state; its fan counts along. */
export function set(run: RunDraft, step: string, change: Partial<StepState> & { since: number }): void {
  const from = stepOf(run, step);
  const to = { ...from, due: undefined, deferredAt: undefined, ...change };
  if (to.status === 'running') to.begunAt ??= to.since;
  // A step that waits for a model is still the one that is executed.
  else if (to.deferredAt === undefined) to.lookup = undefined;
  run.steps.set(step, to);
  const item = itemOf(step);
  const fan = item && run.fans.get(item.step);
  if (item && fan) run.fans.set(item.step, moved(fan, item.key, { from, to }));
}

/** Records the output of a step or an item: others read it, or it is one of the results that become the step's output. */
export function give(run: RunDraft, step: string, result: ItemResult): void {
  const item = itemOf(step);
  const fan = item && run.fans.get(item.step);
  if (item && fan) run.fans.set(item.step, withResult(fan, item.key, result));
  if (item && fan?.as === 'loop' && 'output' in result) run.scope[item.step] = result.output;
  else if (!fan && 'output' in result) run.scope[step] = result.output;
}

/** Items need no states any more once their step has ended. */
export function gather(run: RunDraft, step: string, output: unknown): void {
  const fan = run.fans.get(step);
  run.scope[step] = output;
  if (!fan) return;
  for (const key of fan.keys) run.steps.delete(itemName(step, key));
  run.fans.set(step, { ...fan, results: [], isGathered: true });
}
