import { isOver } from '@millrace/contracts';
import { type AttemptView, ITEMS_WORD, type RunView, type StepView } from '@millrace/contracts/http';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { reviewOf } from './review.js';
import { durationOf, fieldsOf, MARKS } from './words.js';

interface Around {
  readonly plan: LoadedPlan | undefined;
  readonly now: number;
  readonly traceUrl: string | undefined;
  /** Its pipeline takes on no runs now. */
  readonly pipelineIsPaused: boolean;
}

/** The time axis is so many units wide, whatever it spans. */
const WIDTH = 1_000;
const NARROWEST = 5;

/** Returns the data for the template of one run. */
export function runPage(run: RunView, { plan, now, traceUrl, pipelineIsPaused }: Around) {
  const start = Date.parse(run.acceptedAt);
  const end = Math.max(endOf(run, now), start + 1);
  const axis: Axis = { start, span: end - start, now: end };
  const steps = run.steps.map((step) => ({
    ...stepOf(step, axis),
    form: reviewOf(run, step, plan),
    hasChildRuns: hasChildRuns(step, plan),
  }));
  return {
    title: `${run.pipeline} ${run.id}`,
    run: { ...run, mark: MARKS[run.status] },
    took: durationOf(end - start),
    over: isOver(run.status),
    traceUrl,
    held: run.status === 'held' ? heldFor(plan, pipelineIsPaused) : undefined,
    canCompensate: run.allowedActions.includes('cancel') && run.compensatingAs === undefined && plan?.compensates,
    canPause: run.allowedActions.includes('pause'),
    canResume: run.allowedActions.includes('resume'),
    canCancel: run.allowedActions.includes('cancel'),
    ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => durationOf(part * axis.span)),
    input: run.input === undefined ? undefined : fieldsOf(run.input),
    output: run.output === undefined ? undefined : fieldsOf(run.output),
    steps,
    attention: steps
      .filter(({ name }) => run.steps.some((step) => step.name === name && step.allowedActions.length > 0))
      .map(({ name, form }) => ({ name, at: `${form ? 'answer' : 'step'}-${name}` })),
  };
}

/** Returns the reason for which a run has not begun that is not held until a time. */
function heldFor(plan: LoadedPlan | undefined, pipelineIsPaused: boolean): string {
  if (pipelineIsPaused) return 'Its pipeline is paused: it begins once somebody resumes the pipeline.';
  const limit = plan?.plan.starts?.concurrency?.limit;
  if (limit === undefined) return 'It begins when its turn comes.';
  return `Its pipeline lets ${limit} of its kind run at once: it begins once one of those before it has ended.`;
}

/** A stage does the items of a map itself; runs do what is a pipeline, and the parts of a long list. */
function hasChildRuns({ name, items }: StepView, plan: LoadedPlan | undefined): boolean {
  if (!items || items.pages) return items !== undefined;
  const definition = plan?.step(name);
  const works =
    definition?.kind === 'race'
      ? Object.values(definition.branches)
      : [definition && 'work' in definition ? definition.work : undefined];
  return works.some((work) => work?.kind === 'run');
}

interface Axis {
  readonly start: number;
  readonly span: number;
  readonly now: number;
}

/** A run that waits or is parked has its axis up to where that began, so that what was done stays readable. */
function endOf(run: RunView, now: number): number {
  if (run.endedAt) return Date.parse(run.endedAt);
  if (run.status === 'running' || run.status === 'compensating') return now;
  const times = run.steps
    .flatMap(({ startedAt, endedAt }) => [startedAt, endedAt])
    .filter((time) => time !== undefined);
  const last = Math.max(Date.parse(run.acceptedAt), ...times.map((time) => Date.parse(time)));
  return last + (last - Date.parse(run.acceptedAt)) * 0.15;
}

function stepOf(step: StepView, axis: Axis) {
  const { name, kind, stage, status, attempts, failure, due } = step;
  const from = step.startedAt === undefined ? undefined : Date.parse(step.startedAt);
  const to = step.endedAt === undefined ? axis.now : Date.parse(step.endedAt);
  const bars = attempts.length > 0 ? attempts.map((attempt) => barOf(attempt, status, axis)) : [];
  if (from !== undefined && attempts.length === 0) bars.push(bar(from, to, { axis, kind: status }));
  return {
    name,
    status,
    mark: MARKS[status],
    items: step.items && {
      ...step.items,
      word: step.items.pages ? 'chunks' : ITEMS_WORD[kind as keyof typeof ITEMS_WORD],
    },
    child: step.child,
    childStatus: step.childStatus,
    summary: step.summary,
    label: stage === undefined ? kind : stage === name ? '' : stage,
    took: from === undefined || status === 'waiting' ? '' : durationOf(to - from),
    bars,
    tries: attempts.length > 1 ? attempts.length : undefined,
    attempts: attempts.map((attempt) => ({
      ...attempt,
      took: attempt.endedAt
        ? durationOf(Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt ?? attempt.requestedAt))
        : '',
    })),
    failure: status === 'completed' ? undefined : failure,
    due,
    deadLetter: step.deadLetter,
    waitingSince: status === 'waiting' ? step.waitingSince : undefined,
    heldBy: holderOf(step),
    claim: step.allowedActions.find((action) => action === 'claim' || action === 'unclaim'),
    answeredBy: step.answeredBy,
    answerReason: step.answerReason,
    defaulted: step.defaulted,
    input: step.input === undefined ? undefined : fieldsOf(step.input),
    show: step.show === undefined ? undefined : fieldsOf(step.show),
    output: step.output === undefined ? undefined : fieldsOf(step.output),
    canRedrive: step.allowedActions.includes('redrive'),
  };
}

/** Returns the recipient of a review and the person who has claimed it, in words. */
function holderOf({ status, assignee, group, claimedBy, from }: StepView): string | undefined {
  if (status !== 'waiting') return undefined;
  if (from) return `for ${from.key} from the topic ${from.topic}`;
  const to = assignee ?? (group && `the group ${group}`);
  const said = [to && `for ${to}`, claimedBy && `claimed by ${claimedBy}`].filter(Boolean).join(', ');
  return said === '' ? undefined : said;
}

function barOf(attempt: AttemptView, status: StepView['status'], axis: Axis) {
  const to = attempt.endedAt === undefined ? axis.now : Date.parse(attempt.endedAt);
  const failed = attempt.failure !== undefined;
  const ended = attempt.endedAt !== undefined ? 'completed' : status;
  return bar(Date.parse(attempt.requestedAt), to, {
    axis,
    kind: failed ? 'failed' : status === 'cancelled' ? status : ended,
  });
}

function bar(from: number, to: number, { axis, kind }: { axis: Axis; kind: string }) {
  const at = (time: number) => Math.min(WIDTH, Math.max(0, ((time - axis.start) / axis.span) * WIDTH));
  const width = Math.max(NARROWEST, at(to) - at(from));
  return { kind, x: Math.min(at(from), WIDTH - width).toFixed(1), width: width.toFixed(1) };
}
