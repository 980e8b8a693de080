import type { Fact } from '@millrace/contracts';
import { accept } from '../decide/decide.js';
import type { Decision } from '../decide/decision.js';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { Run } from './run.js';

/** A run with its hold key: while a step of a run is parked, later runs of the same pipeline and key wait in line behind it. */
export interface HoldRequest {
  readonly run: string;
  readonly pipeline: string;
  readonly key: string;
}

/** The changes that a batch makes to the lines of hold keys. */
export interface HoldChanges {
  /** Runs that have heard that they may go on: they need not be told any more. */
  readonly begun: readonly string[];
  /** Runs of which a step was parked: they hold their keys up. */
  readonly parked: readonly HoldRequest[];
  /** Runs whose time has come, and which begin unless somebody holds their key up. */
  readonly wanted: readonly HoldRequest[];
  readonly ended: readonly string[];
  readonly at: number;
}

/** Returns the line that a run stands in where somebody holds its key up; undefined where it waits for no run. */
export const holdWanted = ({ id, pipeline, hold }: Run): HoldRequest | undefined =>
  hold === undefined ? undefined : { run: id, pipeline, key: hold };

/** A new run behind the run that holds its key up: it waits. Without such a run it stays as it is. */
export function withHold<
  One extends {
    readonly request: Parameters<typeof accept>[0];
    readonly decision: Decision;
    readonly plan: LoadedPlan;
  },
>(one: One, behind: string | undefined): One {
  if (behind === undefined) return one;
  return { ...one, decision: accept({ ...one.request, queued: true, behind }, one.plan) };
}

/** Returns a batch's changes of the lines of hold keys; undefined where there are none. */
export function holdChangesOf(
  changed: readonly { readonly decision: { readonly run: Run; readonly facts: readonly Fact[] } }[],
  at: number,
): HoldChanges | undefined {
  const of = changed.flatMap(({ decision: { run, facts } }) => {
    const request = holdWanted(run);
    return request ? [{ run, request, facts }] : [];
  });
  if (of.length === 0) return undefined;
  const open = of.filter(({ run }) => run.endedAt === undefined);
  const runs = (some: typeof of) => some.map(({ run }) => run.id);
  const requests = (some: typeof of) => some.map(({ request }) => request);
  const begun = runs(open.filter(({ facts }) => facts.some(goesOn)));
  const parked = requests(open.filter(({ facts }) => facts.some(parks)));
  const wanted = requests(open.filter(({ run, facts }) => run.held?.behind && facts.some(asks)));
  const ended = runs(of.filter(({ run }) => run.endedAt !== undefined));
  return begun.length + parked.length + wanted.length + ended.length === 0
    ? undefined
    : { begun, parked, wanted, ended, at };
}

const asks = (fact: Fact): boolean => fact.type === 'run.queued' && fact.hold === true;

/** A run that goes on may still wait for a concurrency slot. */
const goesOn = (fact: Fact): boolean => fact.type === 'run.begun' || (fact.type === 'run.queued' && !fact.hold);

/** A step of the run is parked, or one of a child run. */
const parks = (fact: Fact): boolean =>
  fact.type === 'step.dead-lettered' || (fact.type === 'step.child' && fact.status === 'dead-lettered');
