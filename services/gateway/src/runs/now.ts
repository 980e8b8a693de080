import type { NowView, RunSummaryView } from '@millrace/contracts/http';
import { type Run, stepOf, type StepState } from '@millrace/saga';
import { askedOf, type UnservedContext } from '../stages/no-consumer.js';
import { timeOf } from './shown.js';

/** The fields that name what a run is about: of its input, then of what its steps gave; the first that is there wins. */
const OF_INPUT = ['subject', 'title', 'name', 'question', 'text'];
const OF_OUTPUT = ['subject', 'title'];
const LONGEST_SUBJECT = 160;

/** Returns a line that tells a run from others: the first of the usual fields that holds a text. */
export function subjectOf(run: Run): Pick<RunSummaryView, 'subject'> {
  const { input, ...outputs } = run.scope;
  const text =
    textIn(input, OF_INPUT) ??
    Object.values(outputs)
      .map((output) => textIn(output, OF_OUTPUT))
      .find(Boolean);
  const line = text?.trim().split(/[\r\n]/, 1)[0];
  return line === undefined ? {} : { subject: cut(line) };
}

function textIn(value: unknown, names: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  return names.map((name) => fields[name]).find((one): one is string => typeof one === 'string' && one.trim() !== '');
}

const cut = (line: string): string => {
  const letters = Array.from(line.slice(0, 4 * LONGEST_SUBJECT));
  return letters.length > LONGEST_SUBJECT ? `${letters.slice(0, LONGEST_SUBJECT - 1).join('')}…` : line;
};

/** Ranks steps by how much they need somebody to look at them: the least first. Steps of other statuses are not under way. */
const URGENCY: Partial<Record<StepState['status'], number>> = {
  'dead-lettered': 0,
  retrying: 2,
  waiting: 3,
  running: 4,
};
const NO_CONSUMER = 1;

/** Returns what a run does or waits for: of its steps under way the one that most needs somebody, and of those the oldest. */
export function nowOf({ run, plan, unserved }: UnservedContext): Pick<RunSummaryView, 'now'> {
  const steps = [...run.steps].flatMap(([name, state]) => {
    const urgency = URGENCY[state.status];
    if (urgency === undefined) return [];
    const isUnserved = unserved.has(askedOf(name, { run, plan }) ?? '');
    return [{ name, state, urgency: isUnserved ? Math.min(urgency, NO_CONSUMER) : urgency }];
  });
  const [first] = steps.sort((a, b) => a.urgency - b.urgency || a.state.since - b.state.since);
  return first ? { now: nowView(first.name, { run, plan, unserved }, steps.length - 1) } : {};
}

function nowView(name: string, { run, plan }: UnservedContext, others: number): NowView {
  const { status, since, tries, due, failure, review, child } = stepOf(run, name);
  // The number that travels goes on from step to step, and when a step waits for a model.
  const attempt = status === 'retrying' ? tries + 1 : tries;
  const stage = askedOf(name, { run, plan });
  return {
    step: name,
    kind: plan.step(name).kind,
    status,
    since: timeOf(since),
    ...(stage !== undefined && { stage }),
    ...(attempt > 0 && { attempt }),
    ...(due !== undefined && { due: timeOf(due) }),
    ...(review?.assignee !== undefined && { assignee: review.assignee }),
    ...(review?.group !== undefined && { group: review.group }),
    ...(review?.claimedBy !== undefined && { claimedBy: review.claimedBy }),
    ...(child && { child: child.run, childStatus: child.status }),
    ...(failure && { failure: { code: failure.code, message: failure.message } }),
    others,
  };
}
