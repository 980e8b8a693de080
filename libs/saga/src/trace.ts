import {
  acceptedTraceparent,
  type Fact,
  type Parent,
  readTraceparent,
  traceIdsOf,
  traceparentText,
} from '@millrace/contracts';
import { itemOf, rangeOf } from '@millrace/pipeline/engine';
import type { Rested, Run } from './run/run.js';

/** A retry further away than this is a wait: the run's span does not stay open over it. */
export const LONG_BACK_OFF_MS = 60_000;

/** The trace of a run. All of it follows from the run's facts. */
export interface RunTrace {
  readonly traceId: string;
  /** The span of the whole run. */
  readonly rootSpanId: string;
  /** The span under which all that the run does stands. */
  readonly acceptedSpanId: string;
  /** The traceparent of the span that the root stands under; undefined for the first of a trace. */
  readonly parent: string | undefined;
  /** Traceparents of spans in other traces that led here. */
  readonly links: readonly string[];
}

type Traced = Pick<Run, 'id' | 'parent' | 'trace' | 'link'>;

/** A trace of some thousand spans is more than Jaeger draws: chunks of a map have their own. */
const isChunk = (parent: Parent): boolean => rangeOf(itemOf(parent.step)?.key ?? '') !== undefined;

/** The run whose trace a run is part of, where nobody's trace is continued. */
export const traceOf = ({ id, parent }: Pick<Run, 'id' | 'parent'>): string =>
  parent && !isChunk(parent) ? parent.trace : id;

/** Returns the trace and the ids of a run's spans: the same ones for every owner of the run. */
export function runTraceOf({ id, parent, trace, link }: Traced): RunTrace {
  const own = traceIdsOf(id);
  const ids = { rootSpanId: own.rootSpanId, acceptedSpanId: own.acceptedSpanId };
  const links = link === undefined ? [] : [link];
  if (parent && isChunk(parent)) {
    return { traceId: own.traceId, ...ids, parent: undefined, links: [trace ?? acceptedTraceparent(parent.trace)] };
  }
  const under = trace === undefined ? undefined : readTraceparent(trace);
  if (under) return { traceId: under.traceId, ...ids, parent: trace, links };
  if (!parent) return { traceId: own.traceId, ...ids, parent: undefined, links };
  const { traceId } = traceIdsOf(parent.trace);
  const { acceptedSpanId: spanId } = traceIdsOf(parent.run);
  return { traceId, ...ids, parent: traceparentText({ traceId, spanId, sampled: true }), links };
}

/** Returns what a child run is told about its trace: nothing where it follows from its parent's id. */
export function tracedUnder(run: Run): { trace?: string } {
  if (run.trace === undefined) return {};
  const { traceId, acceptedSpanId: spanId } = runTraceOf(run);
  return { trace: traceparentText({ traceId, spanId, sampled: readTraceparent(run.trace)?.sampled ?? true }) };
}

/** The state of a run from this fact on, where it is not at work: waiting, parked, held, or at its end. */
export function restOf(run: Pick<Run, 'endedAt' | 'status'>, fact: Fact): Rested | undefined {
  switch (fact.type) {
    case 'run.accepted':
      return fact.startAt !== undefined || fact.queued ? { at: fact.at, status: 'held' } : undefined;
    case 'step.waiting':
      return { at: fact.at, status: 'waiting' };
    case 'step.deferred':
    case 'step.retrying':
      return fact.due - fact.at > LONG_BACK_OFF_MS ? { at: fact.at, status: 'waiting' } : undefined;
    case 'step.child':
      return fact.status === 'running' ? undefined : { at: fact.at, status: fact.status };
    case 'step.dead-lettered':
      return { at: fact.at, status: 'dead-lettered', failed: fact.failure.code };
    case 'run.paused':
      return { at: fact.at, status: 'paused' };
    case 'run.compensating':
      // It had ended, and is at work again.
      return run.endedAt === undefined ? undefined : { at: run.endedAt, status: run.status };
    default:
      return undefined;
  }
}
