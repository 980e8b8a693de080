import { type Outgoing, sizeOf } from '@millrace/broker';
import {
  cloudEvent,
  type Control,
  EVENT_TYPE,
  type Fact,
  type ParkedStep,
  type RunPause,
  runPauseKey,
  type RunResult,
  type Topics,
} from '@millrace/contracts';
import { type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { rootTraceparent } from '../run-spans.js';
import { commandOf, type AttemptRequest, type Run, stepOf } from '@millrace/saga';

/** The command of an attempt. `traceparent` is the context it travels under, `links` are the spans that led to it besides. */
export function commandRecord(
  topics: Topics,
  run: Run,
  of: { request: AttemptRequest; traceparent: string; links: readonly string[] },
): Outgoing {
  const { step, stage, attempt, links } = of.request;
  return {
    topic: topics.stage(stage),
    key: run.id,
    value: JSON.stringify(commandOf(run, { ...of.request, links: [...of.links, ...links] })),
    headers: {
      ce_type: EVENT_TYPE.stepRequested,
      ce_id: `${run.id}/${step}/${attempt}`,
      traceparent: of.traceparent,
    },
  };
}

/** Returns the records by which a fact is published: a run's end, a parked step, a cancellation, a pause. */
export function factRecords(topics: Topics, run: Run, of: { fact: Fact; plan: LoadedPlan; limit: number }): Outgoing[] {
  const { fact, plan, limit } = of;
  switch (fact.type) {
    case 'run.completed':
      if (run.parent) return [];
      return [
        fitting(limit, [fact.output, undefined], (output) =>
          resultRecord(topics, run, { status: 'completed', output, at: fact.at }),
        ),
      ];
    case 'run.failed':
    case 'run.cancelled': {
      // To the stages it is the same: what they have in hand for the run is wanted no more.
      const control: Control = { type: 'run.cancelled', run: run.id, at: fact.at };
      const headers = { ce_type: EVENT_TYPE.control };
      const end =
        fact.type === 'run.failed'
          ? ({ status: 'failed', failure: fact.failure, at: fact.at } as const)
          : ({ status: 'cancelled', at: fact.at } as const);
      return [
        { topic: topics.control, key: run.id, value: JSON.stringify(control), headers },
        ...(run.parent ? [] : [resultRecord(topics, run, end)]),
      ];
    }
    case 'run.paused':
    case 'run.resumed': {
      const pause: RunPause = { at: fact.at };
      const value = fact.type === 'run.paused' ? JSON.stringify(pause) : null;
      return [{ topic: topics.pauses, key: runPauseKey(run.id), value, headers: { ce_type: EVENT_TYPE.pause } }];
    }
    case 'step.dead-lettered':
      return [
        fitting(limit, [fact.input, null], (input) =>
          parkedRecord(topics, { ...parkedStep(run, fact, plan), input }, rootTraceparent(run)),
        ),
      ];
    default:
      return [];
  }
}

/** The record with the first of `contents` that it fits the broker with: one that is too large is in the store alone. */
function fitting(
  limit: number,
  contents: readonly [unknown, unknown],
  record: (content: unknown) => Outgoing,
): Outgoing {
  const whole = record(contents[0]);
  return sizeOf(whole) <= limit ? whole : record(contents[1]);
}

const END_TYPE: Readonly<Record<RunResult['status'], string>> = {
  completed: EVENT_TYPE.runCompleted,
  cancelled: EVENT_TYPE.runCancelled,
  failed: EVENT_TYPE.runFailed,
};

function resultRecord(
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
  const headers = cloudEvent({
    id: `${run.id}/${end.status}`,
    type: END_TYPE[end.status],
    source: `/millrace/pipelines/${run.pipeline}`,
    subject: run.id,
    at: end.at,
    traceparent: rootTraceparent(run),
  });
  return { topic: topics.results, key: run.id, value: JSON.stringify(result), headers };
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
    input: fact.input,
    failure: fact.failure,
    firstFailedAt: state.firstFailedAt ?? fact.at,
    at: fact.at,
  };
}

function parkedRecord(topics: Topics, parked: ParkedStep, traceparent: string): Outgoing {
  const { run, step, attempts, failure, firstFailedAt, at } = parked;
  return {
    topic: topics.deadLetters,
    key: run,
    value: JSON.stringify(parked),
    headers: {
      ...cloudEvent({
        id: parked.deadLetter,
        type: EVENT_TYPE.stepDeadLettered,
        source: `/millrace/pipelines/${parked.pipeline}`,
        subject: run,
        at,
        traceparent,
      }),
      'millrace-run': run,
      'millrace-step': step,
      'millrace-attempts': String(attempts),
      'millrace-failure-kind': failure.kind,
      'millrace-failure-code': failure.code,
      'millrace-first-failed-at': new Date(firstFailedAt).toISOString(),
      'millrace-last-failed-at': new Date(at).toISOString(),
    },
  };
}
