import { type Fact, failure, type Failure } from '@millrace/contracts';
import {
  firstOf,
  isLoopOver,
  type ItemFailure,
  listOf,
  type LoadedPlan,
  type LoopStep,
  type PlanStep,
  spreadOf,
} from '@millrace/pipeline/engine';
import { type Fan, itemsWith, winnerOf } from './fan.js';
import type { Run } from '../run/run.js';

/** A map of more items would keep the coordinator from other runs for seconds. */
export const MAX_MAP_ITEMS = 100_000;

/** Returns the policy for an item that fails for good. A branch of a race is passed over: the others go on. */
export function itemPolicyOf(step: PlanStep): ItemFailure {
  if (step.kind === 'map') return step.onItemFailure;
  if (step.kind === 'race') return 'skip';
  return step.onFailure === undefined ? 'park' : 'fail';
}

/** Returns how a step's items have ended it: done, or failed; undefined while they go on. */
export function endOf(
  run: Run,
  plan: LoadedPlan,
  { step, fan }: { step: string; fan: Fan },
): 'done' | Failure | undefined {
  const isAll = fan.ended === fan.todo.length;
  if (fan.as === 'map') return isAll ? 'done' : undefined;
  if (fan.as === 'race') {
    const winner = winnerOf(fan);
    if (winner && 'output' in winner) return 'done';
    return isAll ? (winner?.failure ?? 'done') : undefined;
  }
  if (fan.ended === 0 || fan.ended < fan.begun) return undefined;
  const isOver = isLoopOver(plan, { step, round: fan.ended - 1 }, run.scope);
  if (isOver === true) return 'done';
  if (isOver !== false) return isOver;
  if (!isAll) return undefined;
  const { onLimit, max } = plan.step(step) as LoopStep;
  return onLimit === 'go-on'
    ? 'done'
    : failure('LOOP_LIMIT', `${step} has gone round ${max} times, and its condition does not hold.`);
}

/** The items of a step whose turn has come; a failure where that cannot be told. */
export function spreadFor(run: Run, plan: LoadedPlan, options: { step: string; maxItems: number }): Spread | Failure {
  const { step, maxItems } = options;
  const definition = plan.step(step);
  if (definition.kind === 'loop') return { as: 'loop', from: 0, items: definition.max };
  if (definition.kind === 'race') {
    const keys = Object.keys(definition.branches);
    return { as: 'race', from: 0, items: keys.length, keys };
  }
  const list = listOf(plan, step, run.scope);
  if (!list) return failure('NOT_A_LIST', `What ${step} goes over is no list.`);
  const from = firstOf(run.scope);
  const { items, chunks } = spreadOf(list, from);
  if (itemsWith(run, items) > maxItems) return tooManyItems(run, { step, items, maxItems });
  return { as: 'map', from, items, ...(chunks && { keys: chunks }) };
}

function tooManyItems(run: Run, options: { step: string; items: number; maxItems: number }): Failure {
  const { step, items, maxItems } = options;
  const around = run.parent?.items ?? 1;
  const all = around > 1 ? `${items} items in each of ${around} runs` : `${items} items`;
  return failure('TOO_MANY_ITEMS', `What ${step} goes over has ${all}, and may have ${maxItems} (MAX_MAP_ITEMS).`);
}

type Spread = Omit<Fact & { type: 'step.spread' }, 'type' | 'step' | 'at'>;
