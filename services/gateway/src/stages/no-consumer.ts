import { isOver } from '@millrace/contracts';
import type { RunSummaryView } from '@millrace/contracts/http';
import { type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { isLookedUp, type Run, stepOf } from '@millrace/saga';

export interface UnservedContext {
  readonly run: Run;
  readonly plan: LoadedPlan;
  /** Stages that no process serves. */
  readonly unserved: ReadonlySet<string>;
}

/** The stage that a step or an item has been asked of and that has not answered. */
export function askedOf(name: string, { run, plan }: Pick<UnservedContext, 'run' | 'plan'>): string | undefined {
  const { status, fallback } = stepOf(run, name);
  const isAsked = status === 'running' && !run.fans.has(name) && !isLookedUp(run, name);
  const step = isAsked ? plan.step(name) : undefined;
  return step?.kind === 'stage' ? workOf(step, fallback).stage : undefined;
}

/** The stages that the run waits for and that nobody serves. */
export function noConsumerOf({ run, plan, unserved }: UnservedContext): Pick<RunSummaryView, 'noConsumer'> {
  if (unserved.size === 0 || isOver(run.status)) return {};
  const asked = new Set([...run.steps.keys()].flatMap((name) => askedOf(name, { run, plan }) ?? []));
  const found = [...asked].filter((stage) => unserved.has(stage));
  return found.length > 0 ? { noConsumer: found } : {};
}

/** The same as a list shows it: such a run has a state of its own, where it would be running otherwise. */
export function withNoConsumer(context: UnservedContext): Partial<Pick<RunSummaryView, 'noConsumer' | 'state'>> {
  const found = noConsumerOf(context);
  const { status } = context.run;
  const isState = found.noConsumer !== undefined && (status === 'running' || status === 'compensating');
  return { ...found, ...(isState && { state: 'no-consumer' }) };
}
