import type { Fact } from '@millrace/contracts';
import { advance, itemName, type PlanStep, readably, type WantedStep } from '@millrace/pipeline/engine';
import { concurrencyOf } from '../children/children.js';
import { type Fan, nextOf } from '../children/fan.js';
import { endOf, spreadFor } from '../children/items.js';
import { hasEnded, progressOf, stepOf } from '../run/run.js';
import { earlyAnswer, waitingFor } from '../run/waiting.js';
import { ask, askChild, askStage } from './asking.js';
import { failRun, goOnUndoing } from './compensating.js';
import type { DecisionDraft } from './draft.js';
import { giveUp } from './failing.js';
import { lookUp } from './lookup.js';
import { leaveChildren } from './leaving.js';
import { complete, makeValue, refusalOfInput } from './made-values.js';

/** Asks for every step and item whose turn it is, and ends the run when all have ended. */
export function settle(draft: DecisionDraft): void {
  if (draft.run.held || draft.run.paused) return;
  do beginSteps(draft);
  while (moveFans(draft));
  if (!draft.isStopped && draft.plan.order.every((step) => hasEnded(draft.run, step))) {
    const refused = complete(draft);
    if (refused) failRun(draft, { failure: refused });
  }
  goOnUndoing(draft);
}

/** Begins the steps whose turn it is. */
function beginSteps(draft: DecisionDraft): void {
  while (!draft.isStopped) {
    const { wanted, skipped, failed } = advance(draft.plan, progressOf(draft.run));
    if (wanted.length + skipped.length + failed.length === 0) return;
    draft.add(...skipped.map((step): Fact => ({ type: 'step.skipped', step, at: draft.at })));
    for (const one of wanted) begin(draft, one);
    for (const { step, failure } of failed) giveUp(draft, step, { cause: failure });
    // Others may wait for what has ended here at once.
    if (failed.length === 0 && !wanted.some(({ step }) => hasEnded(draft.run, step))) return;
  }
}

function begin(draft: DecisionDraft, wanted: WantedStep): void {
  if (draft.isStopped) return;
  const { step, known } = wanted;
  const definition = draft.plan.step(step);
  const { edited } = stepOf(draft.run, step);
  const input = edited ? edited.input : wanted.input;
  const refused =
    definition.kind === 'value' ? makeValue(draft, step, input ?? null) : refusalOfInput(input ?? null, step);
  if (refused) return giveUp(draft, step, { cause: refused });
  switch (definition.kind) {
    case 'stage':
      draft.add(lookUp(draft, step) ?? askStage(draft, { step, stage: definition.stage, input, known, fallback: 0 }));
      return;
    case 'run':
      draft.add(askChild(draft, step));
      return;
    case 'map':
    case 'loop':
    case 'race':
      spread(draft, step);
      return;
    case 'value':
      return;
    case 'sleep':
    case 'review':
    case 'signal':
      draft.add(waitingFor(draft.run, draft.plan, { wanted, at: draft.at }));
      draft.add(...earlyAnswer(draft.run, step, draft.at));
  }
}

/** Begins a step that has items, or gives it up where they cannot be told. */
function spread(draft: DecisionDraft, step: string): void {
  const { run, plan, at, maxItems } = draft;
  const read = readably(() => spreadFor(run, plan, { step, maxItems }));
  const items = 'failure' in read ? read.failure : read.value;
  if ('code' in items) giveUp(draft, step, { cause: items });
  else draft.add({ type: 'step.spread', step, at, ...items });
}

/** Begins the items that may begin, and ends the steps whose items say so. @returns true where a step has ended */
function moveFans(draft: DecisionDraft): boolean {
  let anyEnded = false;
  for (const [step, fan] of draft.run.fans) {
    if (draft.isStopped || fan.isGathered || stepOf(draft.run, step).status !== 'running') continue;
    if (moveFan(draft, step, fan)) anyEnded = true;
  }
  return anyEnded;
}

function moveFan(draft: DecisionDraft, step: string, fan: Fan): boolean {
  const { run, plan, at } = draft;
  const definition = plan.step(step);
  const end = endOf(run, plan, { step, fan });
  if (end !== undefined && end !== 'done') {
    giveUp(draft, step, { cause: end });
    return true;
  }
  if (end === undefined) {
    const next = nextOf(fan, definition.kind === 'map' ? concurrencyOf(definition, run) : Infinity);
    for (const key of next) {
      const asked = readably(() => ask(draft, itemName(step, key)));
      if ('failure' in asked) giveUp(draft, itemName(step, key), { cause: asked.failure });
      else draft.add(asked.value);
    }
    return false;
  }
  leaveChildren(draft, { itemsOf: step });
  draft.add({ type: 'step.gathered', step, at, ...(collects(definition) && { collect: true }) });
  return true;
}

const collects = (step: PlanStep): boolean => step.kind === 'map' && step.onItemFailure === 'collect';
