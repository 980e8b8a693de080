import type { Outgoing } from '@millrace/broker';
import { EVENT_TYPE, type Fact, rootTraceparent } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline';
import type { Decision, Run } from '@millrace/saga';
import { ATTRIBUTE, type Telemetry } from '@millrace/telemetry';
import type { Context } from './context.js';
import { commandRecord, factRecords } from './records.js';

/** The records that a decision asks for; `parent` is the span under which its requests are sent. */
export function recordsOf(context: Context, decision: Decision, of: { plan: LoadedPlan; parent: string }): Outgoing[] {
  const { topics, telemetry } = context;
  const { run, requests, facts } = decision;
  const records = requests.map((request) => {
    const sending = telemetry.spans.context(of.parent);
    if (telemetry.spans.on) {
      const end = context.now();
      telemetry.spans.record({
        context: sending,
        name: `send ${topics.stage(request.stage)}`,
        kind: 'producer',
        startMs: request.at,
        endMs: Math.max(end, request.at),
        links: request.links,
        attributes: {
          ...runAttributes(run),
          [ATTRIBUTE.step]: request.step,
          [ATTRIBUTE.attempt]: request.attempt,
          [ATTRIBUTE.destination]: topics.stage(request.stage),
        },
      });
    }
    return commandRecord(topics, run, { request, traceparent: sending.traceparent });
  });
  for (const fact of facts) records.push(...factRecords(topics, run, { fact, plan: of.plan }));
  return records;
}

const runAttributes = (run: Run) => ({
  [ATTRIBUTE.run]: run.id,
  [ATTRIBUTE.pipeline]: run.pipeline,
  [ATTRIBUTE.plan]: run.plan,
});

/** The run's short root span, so that nothing in its trace ever lacks a parent; and the span of taking it on, which it returns. */
export function acceptedSpans(
  telemetry: Telemetry,
  run: Run,
  of: { now: number; topic: string; from: string | undefined },
): string {
  if (!telemetry.spans.on) return rootTraceparent(run.id);
  const root = telemetry.spans.root(run.id);
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
  const root = rootTraceparent(run.id);
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
      case 'run.cancelled':
        record({
          name: `run ${run.status}`,
          startMs: run.acceptedAt,
          endMs: fact.at,
          more: { [ATTRIBUTE.status]: run.status },
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
