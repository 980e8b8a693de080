import type { Incoming } from '@millrace/broker';
import { failure, type Failure, HEADER, headerText, Priority, runIdOf, type RunRequest } from '@millrace/contracts';
import { type LoadedPlan, validateInput } from '@millrace/pipeline';
import type { PlanForRun } from './plans.js';

export type Reading =
  | {
      readonly request: RunRequest & { source: string };
      readonly plan: LoadedPlan;
      readonly traceparent: string | undefined;
    }
  | { readonly failure: Failure };

/** Returns the name of the pipeline that a record on `intake` asks for. */
export const pipelineOf = ({ headers }: Pick<Incoming, 'headers'>): string | undefined =>
  headerText(headers, HEADER.pipeline);

/** What a record on `intake` asks for. A plain JSON value with the header `pipeline` is enough. */
export function readRequest(
  record: Incoming,
  planFor: PlanForRun,
  of: { at: number; keyIsIdempotent: boolean },
): Reading {
  const { headers } = record;
  const pipeline = pipelineOf(record);
  if (!pipeline) return { failure: failure('MISSING_PIPELINE', 'The record has no header `pipeline`.') };
  const said = headerText(headers, HEADER.priority);
  const { data: priority } = Priority.safeParse(said);
  if (said !== undefined && !priority)
    return { failure: failure('INVALID_PRIORITY', 'The header `priority` is none that there is.') };
  const startAt = timeOf(headerText(headers, HEADER.startAt));
  if (Number.isNaN(startAt)) return { failure: failure('INVALID_START_TIME', 'The header `start-at` is no time.') };
  const source = `${record.topic}/${record.partition}/${record.offset}`;
  const idempotencyKey = idempotencyKeyOf(record, of.keyIsIdempotent);
  // The timestamp tells a topic from one that was made anew under its name.
  const run = runIdOf(pipeline, idempotencyKey ?? `${source}/${record.timestamp}`);
  const plan = planFor(pipeline, run);
  if (!plan)
    return { failure: failure('UNKNOWN_PIPELINE', `There is no pipeline of the name that the record asks for.`) };
  let input: unknown;
  try {
    input = JSON.parse(record.value?.toString('utf8') ?? '');
  } catch {
    return { failure: failure('INVALID_JSON', 'The record’s value is not JSON.') };
  }
  const details = validateInput(plan, input);
  if (details) {
    return {
      failure: failure('INVALID_INPUT', `The input does not fit the pipeline ${pipeline}.`, { details: [...details] }),
    };
  }
  return {
    request: {
      run,
      pipeline,
      input,
      idempotencyKey,
      at: of.at,
      source,
      startAt,
      key: plan.starts.concurrency?.keyOf(input),
      priority: priority ?? plan.starts.priority,
      tenant: (headerText(headers, HEADER.tenant) || plan.starts.tenantOf(input)).slice(0, 200) || undefined,
    },
    plan,
    traceparent: headerText(headers, HEADER.traceparent),
  };
}

/** The header of that name, else the CloudEvent's identity, else (where that is asked for) the record's key. */
function idempotencyKeyOf({ headers, key }: Incoming, keyIsIdempotent: boolean): string | undefined {
  const given = headerText(headers, HEADER.idempotencyKey);
  if (given) return given;
  const id = headerText(headers, HEADER.id);
  if (id) return `${headerText(headers, HEADER.source) ?? ''}#${id}`;
  return keyIsIdempotent && key ? key.toString('utf8') : undefined;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** NaN for what is no time. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return RFC_3339.test(text) ? Date.parse(text) : NaN;
}
