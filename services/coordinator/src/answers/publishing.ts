import { fits, type Outgoing, sizeOf } from '@millrace/broker';
import {
  EVENT_TYPE,
  type Fact,
  failure,
  type Failure,
  jsonFailure,
  jsonFault,
  RECORD_DEPTH,
  type RunEvent,
} from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { decide, type Decision, type AttemptRequest } from '@millrace/saga';
import type { AnswerBudget } from './answer-budget.js';
import type { CoordinatorContext } from '../context.js';
import { commandRecord, factRecords } from './records.js';
import type { BatchSpans } from '../run-spans.js';

/**
 * The records that a decision asks for. A request that is larger than a record may be fails its step, which is a decision
 * of its own: the one that counts is returned.
 */
export function answerTo(
  context: CoordinatorContext,
  decision: Decision,
  of: { plan: LoadedPlan; spans: BatchSpans; budget: AnswerBudget },
): { decision: Decision; records: Outgoing[] } {
  const { broker, topics } = context;
  const records: Outgoing[] = [];
  let { run } = decision;
  const facts: Fact[] = [...decision.facts];
  const events: RunEvent[] = [...decision.events];
  for (let requests = decision.requests; requests.length > 0;) {
    const more: AttemptRequest[] = [];
    for (const request of requests) {
      const record = commandRecord(topics, run, { request, ...of.spans.sending(run, request) });
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

/** The greatest depth of a value within a record of ours. */
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
  const what = event.type === 'run.requested' ? `The input of the run of ${step}` : `The output of the run of ${step}`;
  const cause = fault ? jsonFailure(fault, what) : tooLarge(what, record, maxBytes);
  const { at } = event;
  const failed = { type: 'step.failed', run, step, attempt, at, startedAt: at, failure: cause } as const;
  return eventsRecord(topic, run, failed satisfies RunEvent);
}

export const eventsRecord = (topic: string, run: string, event: unknown): Outgoing => ({
  topic,
  key: run,
  value: JSON.stringify(event),
  headers: { ce_type: EVENT_TYPE.runEvents },
  packed: true,
});
