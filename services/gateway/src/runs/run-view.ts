import { isOver } from '@millrace/contracts';
import type { Action, ItemsView, RunSummaryView, RunView, StepView } from '@millrace/contracts/http';
import { isUndo, itemOf, type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { evolve, inputFor, isLookedUp, type Run, runTraceOf, standingOf, stepOf } from '@millrace/saga';
import type { HoldStanding, RunLabels, RunRecord, RunSummary } from '@millrace/store';
import { type UnservedContext, askedOf, withNoConsumer } from '../stages/no-consumer.js';
import { failureView, timeOf } from './shown.js';
import { blank, type History, historiesOf } from './step-history.js';

export const runLinks = (id: string, parent?: string): Record<string, string> => ({
  self: `/v1/runs/${id}`,
  events: `/v1/runs/${id}/events`,
  history: `/v1/runs/${id}/history`,
  children: `/v1/runs?parent=${id}`,
  page: `/runs/${id}`,
  ...(parent !== undefined && { parent: `/v1/runs/${parent}` }),
});

export function summaryView(run: RunSummary): RunSummaryView {
  return {
    id: run.id,
    pipeline: run.pipeline,
    plan: run.plan,
    status: run.status,
    state: run.state ?? run.status,
    ...(run.title !== undefined && { title: run.title }),
    ...(run.failureCode !== undefined && { failureCode: run.failureCode }),
    acceptedAt: timeOf(run.acceptedAt),
    ...(run.endedAt !== undefined && { endedAt: timeOf(run.endedAt) }),
    ...(run.parent !== undefined && { parent: run.parent }),
    ...(run.degraded && { degraded: true }),
    links: runLinks(run.id, run.parent),
  };
}

/** Attributes and tags, as far as there are any. */
export const labelsView = (labels: RunLabels | undefined): Pick<RunSummaryView, 'attributes' | 'tags'> => ({
  ...(labels && Object.keys(labels.attributes).length > 0 && { attributes: { ...labels.attributes } }),
  ...(labels && labels.tags.length > 0 && { tags: [...labels.tags] }),
});

/** The place of a run in the line of its hold key, where it stands in one. */
export const holdView = (hold: HoldStanding | undefined): Pick<RunSummaryView, 'hold'> =>
  hold ? { hold: { ...hold } } : {};

/** A run as it is shown: everything follows from its facts and its plan. */
export function runView(record: RunRecord, plan: LoadedPlan, unserved: ReadonlySet<string> = new Set()): RunView {
  const run = evolve(undefined, record.id, record.facts);
  const histories = historiesOf(record.facts);
  const undos = [...run.steps.keys()].filter(isUndo);
  const listed = (name: string) => listedItems(run, name, plan.step(name).kind);
  const names = [...plan.order.flatMap((name) => [name, ...listed(name)]), ...undos];
  const steps = names.map((name) => stepView(name, { run, plan, unserved, history: histories.get(name) ?? blank() }));
  const given = Object.entries(record.facts[0]?.type === 'run.accepted' ? (record.facts[0].given ?? {}) : {});
  const { title, state: _, failureCode: __, ...kept } = record;
  const standing = standingOf(run, plan);
  const summary = summaryView({
    ...kept,
    status: run.status,
    endedAt: run.endedAt,
    ...(title !== undefined && { title }),
    ...(standing.state !== undefined && { state: standing.state }),
    ...(standing.failureCode !== undefined && { failureCode: standing.failureCode }),
  });
  return {
    ...summary,
    traceId: runTraceOf(run).traceId,
    ...(run.replayOf && { replayOf: replayedView(run.replayOf) }),
    ...(run.parent && { parentStep: run.parent.step }),
    ...(given.length > 0 && { given: Object.fromEntries(given) }),
    ...(run.held?.until !== undefined && { startsAt: timeOf(run.held.until) }),
    input: run.scope['input'],
    ...(run.output !== undefined && { output: run.output }),
    ...(run.degraded.length > 0 && { degraded: true, degradedBy: [...run.degraded] }),
    ...(run.failed && { failure: failureView(run.failed.failure) }),
    ...(run.failed?.step !== undefined && { failedStep: run.failed.step }),
    ...(run.failed?.handler !== undefined && { handler: run.failed.handler }),
    ...(run.undoing && { compensatingAs: run.undoing.as }),
    ...withNoConsumer({ run, plan, unserved }),
    steps,
    allowedActions: runActions(run),
  };
}

const replayedView = ({ run, from, trial }: NonNullable<Run['replayOf']>) => ({
  ...{ run, from },
  ...(trial && { trial }),
});

function runActions(run: Run): Action[] {
  if (isOver(run.status)) return [];
  return ['cancel', run.paused ? 'resume' : 'pause', ...(run.parent || run.undoing ? [] : (['move'] as const))];
}

/** The most items of a step that are listed. */
const MOST_ITEMS = 20;

/** Lists the items that somebody has to look at; of a loop or a race the newest others, too, because they read like steps. */
function listedItems(run: Run, step: string, kind: StepView['kind']): readonly string[] {
  if (!run.fans.has(step)) return [];
  const items = [...run.steps].filter(([name]) => itemOf(name)?.step === step);
  const needs = items.filter(
    ([, { status, child }]) => status === 'dead-lettered' || (child !== undefined && child.status !== 'running'),
  );
  const first = new Set(needs.slice(0, MOST_ITEMS).map(([name]) => name));
  if (kind === 'loop' || kind === 'race')
    for (const [name] of items.toReversed()) if (first.size < MOST_ITEMS) first.add(name);
  return items.flatMap(([name]) => (first.has(name) ? [name] : []));
}

function itemsOf(run: Run, step: string): ItemsView | undefined {
  const fan = run.fans.get(step);
  if (!fan) return undefined;
  const { keys, chunks, active, ended, failed, isGathered } = fan;
  // What a race has left behind is being cancelled.
  const running = isGathered ? 0 : active;
  return { total: keys.length, ...(chunks && { pages: keys.length }), running, ended, failed };
}

function stepView(name: string, { run, plan, unserved, history }: UnservedContext & { history: History }): StepView {
  const step = plan.step(name);
  const state = stepOf(run, name);
  const begun = history.attempts.length > 0 || history.cached !== undefined;
  const output = state.status === 'completed' ? run.scope[name] : undefined;
  const items = itemsOf(run, name);
  return {
    name,
    kind: step.kind,
    ...(step.kind === 'stage' && { stage: workOf(step, state.fallback).stage }),
    status: state.status,
    ...(unserved.has(askedOf(name, { run, plan }) ?? '') && { noConsumer: true as const }),
    attempts: history.attempts,
    ...(history.startedAt !== undefined && { startedAt: timeOf(history.startedAt) }),
    ...(history.endedAt !== undefined && { endedAt: timeOf(history.endedAt) }),
    ...(begun && step.kind === 'stage' && { input: inputFor(run, plan, { step: name }) }),
    ...(output !== undefined && { output }),
    ...(history.summary !== undefined && state.status === 'completed' && { summary: history.summary }),
    ...(history.waiting && { waitingSince: timeOf(history.waiting.since), show: history.waiting.show }),
    ...(history.waiting?.from && { from: history.waiting.from }),
    ...(state.review?.assignee !== undefined && { assignee: state.review.assignee }),
    ...(state.review?.group !== undefined && { group: state.review.group }),
    ...(state.review?.claimedBy !== undefined && { claimedBy: state.review.claimedBy }),
    ...(state.due !== undefined && { due: timeOf(state.due) }),
    ...(state.failure && { failure: failureView(state.failure) }),
    ...(state.deadLetter !== undefined && { deadLetter: state.deadLetter }),
    ...(items && { items }),
    ...(state.child && { child: state.child.run }),
    ...(state.child && state.status === 'running' && { childStatus: state.child.status }),
    ...(history.answer?.by !== undefined && { answeredBy: history.answer.by }),
    ...(history.answer?.reason !== undefined && { answerReason: history.answer.reason }),
    ...(history.defaulted && { defaulted: true }),
    ...(isLookedUp(run, name) && { lookingUp: true as const }),
    ...(history.cached && { cached: { run: history.cached.executedBy, storedAt: timeOf(history.cached.storedAt) } }),
    allowedActions: actionsOf(step.kind, run, name),
  };
}

function actionsOf(kind: StepView['kind'], run: Run, step: string): Action[] {
  if (isOver(run.status)) return [];
  const { status, review } = stepOf(run, step);
  if (status === 'dead-lettered') return ['redrive'];
  if (status !== 'waiting' || kind === 'sleep') return [];
  return kind === 'review' ? reviewActions(review) : ['signal'];
}

/** Returns the actions on a review that waits. */
export const reviewActions = (held: { readonly claimedBy?: string | undefined } | undefined): Action[] => [
  'answer',
  held?.claimedBy === undefined ? 'claim' : 'unclaim',
];
