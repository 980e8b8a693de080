import { fits, type Outgoing, sizeOf } from '@millrace/broker';
import {
  eventRecord,
  failure,
  type Failure,
  jsonFailure,
  jsonFault,
  RECORD_DEPTH,
  type RunEvent,
} from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { type AttemptRequest, type CarryingEvent, type Decision, fitting, type Run } from '@millrace/saga';
import type { AnswerBudget } from './answer-budget.js';
import type { CoordinatorContext } from '../context.js';
import { factRecords, requestRecord } from './records.js';
import type { BatchSpans } from '../run-spans.js';

/** Returns the records that a decision asks for, and the decision as records can hold it: that is the one which counts. */
export function answerTo(
  context: CoordinatorContext,
  decision: Decision,
  options: { plan: LoadedPlan; spans: BatchSpans; budget: AnswerBudget; maxRecordBytes: number },
): { decision: Decision; records: Outgoing[] } {
  const { topics, maxItems, contracts } = context;
  const { plan, spans, budget, maxRecordBytes } = options;
  const records: Outgoing[] = [];
  const carrying = new Map<RunEvent, Outgoing>();
  const publish = (record: Outgoing): void => {
    budget.spend([record]);
    records.push(record);
  };
  const limits = {
    refusalOfRequest(run: Run, request: AttemptRequest): Failure | undefined {
      const record = requestRecord(topics, run, { request, ...spans.sending(run, request) });
      const refused = refusalOf(record, {
        carries: request.input,
        what: `The input of ${request.step}`,
        maxRecordBytes,
      });
      if (!refused) publish(record);
      return refused;
    },
    refusalOfEvent(event: CarryingEvent): Failure | undefined {
      const record = eventRecord(topics, event);
      carrying.set(event, record);
      return refusalOf(record, { carries: event, what: contentOf(event), maxRecordBytes });
    },
  };
  const fitted = fitting(decision, { plan, limits, maxItems, contracts });
  const { run, facts, events } = fitted;
  for (const event of events) publish(carrying.get(event) ?? eventRecord(topics, event));
  for (const fact of facts)
    for (const record of factRecords(topics, run, { fact, plan, limit: maxRecordBytes })) publish(record);
  return { decision: fitted, records };
}

/** The greatest depth of a value within a record of ours. */
const ENVELOPE_DEPTH = 10;

/** Says why a record cannot carry a value: the value is nested too deeply, or the record is larger than the broker takes. */
function refusalOf(
  record: Outgoing,
  options: { carries: unknown; what: string; maxRecordBytes: number },
): Failure | undefined {
  const { carries, what, maxRecordBytes } = options;
  const fault = jsonFault(carries ?? null, { maxDepth: RECORD_DEPTH - ENVELOPE_DEPTH });
  if (fault) return jsonFailure(fault, what);
  if (fits(record, maxRecordBytes)) return undefined;
  const message = `${what} makes a record of ${sizeOf(record)} bytes; the broker takes ${maxRecordBytes}.`;
  return failure('RECORD_TOO_LARGE', message);
}

const contentOf = (event: CarryingEvent): string =>
  event.type === 'run.requested'
    ? `The input of the run of ${event.parent.step}`
    : `The output of the run of ${event.step}`;
