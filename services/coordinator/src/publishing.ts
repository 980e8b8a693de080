import { fits, type Outgoing, sizeOf } from '@millrace/broker';
import {
  EVENT_TYPE,
  type Fact,
  failure,
  type Failure,
  jsonFailure,
  jsonFault,
  RECORD_DEPTH,
  rootTraceparent,
  type RunEvent,
} from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline';
import { decide, type Decision, type Request, type Run, traceOf } from '@millrace/saga';
import { ATTRIBUTE, type Telemetry } from '@millrace/telemetry';
import type { AnswerBudget } from './answer-budget.js';
import type { Context } from './context.js';
import { commandRecord, factRecords } from './records.js';

/**
 * The records that a decision asks for; `parent` is the span under which its requests are sent, the
 * run's root without one. A request that is larger
 * than a record may be fails its step, which is a decision of its own: the one that counts is returned.
 */
export function answerTo(
  context: Context,
  decision: Decision,
  of: { plan: LoadedPlan; parent?: string; budget: AnswerBudget },
): { decision: Decision; records: Outgoing[] } {
  const { broker, topics } = context;
  const records: Outgoing[] = [];
  let { run } = decision;
  const facts: Fact[] = [...decision.facts];
  const events: RunEvent[] = [...decision.events];
  for (let requests = decision.requests; requests.length > 0;) {
    const more: Request[] = [];
    for (const request of requests) {
      const record = commandRecord(topics, run, {
        request,
        traceparent: sent(context, run, { request, parent: of.parent ?? rootTraceparent(traceOf(run)) }),
      });
      const fault = jsonFault(request.input ?? null, { maxDepth: RECORD_DEPTH - ENVELOPE_DEPTH });
      if (!fault && fits(record, broker.maxRecordBytes)) {
        of.budget.spend([record]);
        records.push(record);
        continue;
      }
      const cause = fault
        ? jsonFailure(fault, `The input of ${request.step}`)
        : tooLarge(`The input of ${request.step}`, record, broker.maxRecordBytes);
      const { step, attempt, at } = request;
      const event = { type: 'step.failed', run: run.id, step, attempt, at, startedAt: at } as const;
      const next = decide(run, { ...event, failure: cause }, { plan: of.plan, at });
      run = next.run;
      facts.push(...next.facts);
      events.push(...next.events);
      more.push(...next.requests);
    }
    requests = more;
  }
  const told = [
    ...events.map((event) => eventRecord(topics.runs, event, broker.maxRecordBytes)),
    ...facts.flatMap((fact) => factRecords(topics, run, { fact, plan: of.plan, limit: broker.maxRecordBytes })),
  ];
  of.budget.spend(told);
  for (const record of told) records.push(record);
  return { decision: { run, facts, requests: decision.requests, events }, records };
}

/** How deep a value lies within a record of ours at most. */
const ENVELOPE_DEPTH = 10;

const tooLarge = (what: string, record: Outgoing, maxBytes: number): Failure =>
  failure('RECORD_TOO_LARGE', `${what} makes a record of ${sizeOf(record)} bytes; the broker takes ${maxBytes}.`);

/** The record of an event. What a child run is given, or gives its parent, fails the parent's step where no record can hold it. */
function eventRecord(topic: string, event: RunEvent, maxBytes: number): Outgoing {
  const record = eventsRecord(topic, event.run, event);
  if (event.type !== 'step.completed' && event.type !== 'run.requested') return record;
  const fault = jsonFault(event, { maxDepth: RECORD_DEPTH - ENVELOPE_DEPTH });
  if (!fault && fits(record, maxBytes)) return record;
  const { run, step, attempt } = event.type === 'run.requested' ? event.parent : event;
  const what = event.type === 'run.requested' ? `What the run of ${step} is given` : `What the run of ${step} gave`;
  const cause = fault ? jsonFailure(fault, what) : tooLarge(what, record, maxBytes);
  const { at } = event;
  const failed = { type: 'step.failed', run, step, attempt, at, startedAt: at, failure: cause } as const;
  return eventsRecord(topic, run, failed satisfies RunEvent);
}

/** Records the span of sending a request; what the request travels under. */
function sent({ telemetry, topics, now }: Context, run: Run, of: { request: Request; parent: string }): string {
  const { step, stage, ownAttempt, at, links } = of.request;
  const sending = telemetry.spans.context(of.parent);
  if (telemetry.spans.on) {
    telemetry.spans.record({
      context: sending,
      name: `send ${topics.stage(stage)}`,
      kind: 'producer',
      startMs: at,
      endMs: Math.max(now(), at),
      links,
      attributes: {
        ...runAttributes(run),
        [ATTRIBUTE.step]: step,
        [ATTRIBUTE.attempt]: ownAttempt,
        [ATTRIBUTE.destination]: topics.stage(stage),
      },
    });
  }
  return sending.traceparent;
}

const runAttributes = (run: Run) => ({
  [ATTRIBUTE.run]: run.id,
  [ATTRIBUTE.pipeline]: run.pipeline,
  [ATTRIBUTE.plan]: run.plan,
});

/** The short span of a run's beginning, the root of its trace or of a child run, so that nothing in its trace ever lacks a parent; and the span of taking it on, which it returns. */
export function acceptedSpans(
  telemetry: Telemetry,
  run: Run,
  of: { now: number; topic: string; from: string | undefined },
): string {
  const trace = rootTraceparent(traceOf(run));
  if (!telemetry.spans.on) return trace;
  const root = traceOf(run) === run.id ? telemetry.spans.root(run.id) : telemetry.spans.context(trace);
  const links = of.from === undefined ? [] : [of.from];
  const times = { startMs: run.acceptedAt, endMs: Math.max(of.now, run.acceptedAt) };
  telemetry.spans.record({
    context: root,
    name: `run ${run.pipeline}`,
    kind: 'internal',
    ...times,
    links,
    attributes: runAttributes(run),
  });
  const context = telemetry.spans.context(root.traceparent);
  telemetry.spans.record({
    context,
    name: `process ${of.topic}`,
    kind: 'consumer',
    ...times,
    links,
    attributes: { ...runAttributes(run), [ATTRIBUTE.destination]: of.topic },
  });
  return context.traceparent;
}

/** Spans that end with these facts: waits, with their real times, and the run itself from acceptance to end. */
export function endedSpans(
  telemetry: Telemetry,
  run: Run,
  of: { facts: readonly Fact[]; waitingSince: (step: string) => number },
): void {
  if (!telemetry.spans.on) return;
  const root = rootTraceparent(traceOf(run));
  const record = (span: { name: string; startMs: number; endMs: number; more?: object; failed?: string }) =>
    telemetry.spans.record({
      context: telemetry.spans.context(root),
      name: span.name,
      kind: 'internal',
      startMs: span.startMs,
      endMs: span.endMs,
      attributes: { ...runAttributes(run), ...span.more },
      failed: span.failed,
    });
  for (const fact of of.facts) {
    switch (fact.type) {
      case 'step.answered':
        record({
          name: `wait ${fact.step}`,
          startMs: of.waitingSince(fact.step),
          endMs: fact.at,
          more: { [ATTRIBUTE.step]: fact.step },
        });
        break;
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        record({
          name: `run ${run.status}`,
          startMs: run.acceptedAt,
          endMs: fact.at,
          more: { [ATTRIBUTE.status]: run.status },
          ...(fact.type === 'run.failed' && { failed: fact.failure.code }),
        });
        break;
      case 'step.dead-lettered':
        record({
          name: 'run dead-lettered',
          startMs: run.acceptedAt,
          endMs: fact.at,
          more: { [ATTRIBUTE.status]: 'dead-lettered', [ATTRIBUTE.step]: fact.step },
          failed: fact.failure.code,
        });
        break;
      default: // No span ends with it.
    }
  }
}

export const eventsRecord = (topic: string, run: string, event: unknown): Outgoing => ({
  topic,
  key: run,
  value: JSON.stringify(event),
  headers: { ce_type: EVENT_TYPE.runEvents },
  packed: true,
});
