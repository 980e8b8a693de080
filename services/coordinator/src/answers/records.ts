import { fits, type Outgoing } from '@millrace/broker';
import {
  commandRecord,
  controlRecord,
  type Fact,
  type ParkedStep,
  parkedStepRecord,
  resultRecord,
  type RunResult,
  runPauseRecord,
  type Topics,
} from '@millrace/contracts';
import { type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { rootTraceparent } from '../run-spans.js';
import { commandOf, type AttemptRequest, type Run, stepOf } from '@millrace/saga';

/** Returns the command of an attempt. `traceparent` is the context it travels under, `links` are the spans that led to it besides. */
export function requestRecord(
  topics: Topics,
  run: Run,
  options: { request: AttemptRequest; traceparent: string; links: readonly string[] },
): Outgoing {
  const { stage, links } = options.request;
  const command = commandOf(run, { ...options.request, links: [...options.links, ...links] });
  return commandRecord(topics, command, { stage, traceparent: options.traceparent });
}

/** Returns the records by which a fact is published: a run's end, a parked step, a cancellation, a pause. */
export function factRecords(
  topics: Topics,
  run: Run,
  options: { fact: Fact; plan: LoadedPlan; limit: number },
): Outgoing[] {
  const { fact, plan, limit } = options;
  switch (fact.type) {
    case 'run.completed':
      if (isSilent(run)) return [];
      return [
        firstThatFits(limit, [fact.output, undefined], (output) =>
          endRecord(topics, run, { status: 'completed', output, at: fact.at }),
        ),
      ];
    case 'run.failed':
    case 'run.cancelled': {
      // To the stages it is the same: what they have in hand for the run is wanted no more.
      const cancelled = controlRecord(topics, { type: 'run.cancelled', run: run.id, at: fact.at });
      const end =
        fact.type === 'run.failed'
          ? ({ status: 'failed', failure: fact.failure, at: fact.at } as const)
          : ({ status: 'cancelled', at: fact.at } as const);
      return [cancelled, ...(isSilent(run) ? [] : [endRecord(topics, run, end)])];
    }
    case 'run.paused':
    case 'run.resumed':
      return [runPauseRecord(topics, run.id, fact.type === 'run.paused' ? { at: fact.at } : undefined)];
    case 'step.dead-lettered':
      return [
        firstThatFits(limit, [fact.input, null], (input) =>
          parkedStepRecord(topics, { ...parkedStep(run, fact, plan), input }, rootTraceparent(run)),
        ),
      ];
    default:
      return [];
  }
}

/** True for a run whose end nobody outside hears of: a child run, and a trial. */
const isSilent = ({ parent, replayOf }: Run): boolean => parent !== undefined || replayOf?.trial === true;

/** The record with the first of `contents` that it fits the broker with: one that is too large is in the store alone. */
function firstThatFits(
  limit: number,
  contents: readonly [unknown, unknown],
  record: (content: unknown) => Outgoing,
): Outgoing {
  const whole = record(contents[0]);
  return fits(whole, limit) ? whole : record(contents[1]);
}

function endRecord(
  topics: Topics,
  run: Run,
  end: Pick<RunResult, 'status' | 'output' | 'failure'> & { at: number },
): Outgoing {
  const result: RunResult = {
    run: run.id,
    pipeline: run.pipeline,
    plan: run.plan,
    status: end.status,
    ...(end.status === 'completed' && { output: end.output }),
    ...(end.failure && { failure: end.failure }),
    ...(run.degraded.length > 0 && { degraded: [...run.degraded] }),
    acceptedAt: run.acceptedAt,
    endedAt: end.at,
  };
  return resultRecord(topics, result, rootTraceparent(run));
}

export function parkedStep(run: Run, fact: Fact & { type: 'step.dead-lettered' }, plan: LoadedPlan): ParkedStep {
  const state = stepOf(run, fact.step);
  const step = plan.step(fact.step);
  return {
    deadLetter: fact.deadLetter,
    run: run.id,
    pipeline: run.pipeline,
    plan: run.plan,
    step: fact.step,
    ...(step.kind === 'stage' && { stage: workOf(step, state.fallback).stage }),
    attempts: state.tries,
    ...(state.redrives > 0 && { redrives: state.redrives }),
    input: fact.input,
    failure: fact.failure,
    firstFailedAt: state.firstFailedAt ?? fact.at,
    at: fact.at,
  };
}
