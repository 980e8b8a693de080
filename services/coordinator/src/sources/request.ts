import type { Incoming } from '@millrace/broker';
import {
  BLOB_KEY,
  cut,
  derivedId,
  failure,
  type Failure,
  HEADER,
  headerFailure,
  headerText,
  IdempotencyKey,
  jsonFailure,
  mayMentionBlob,
  mentionsForeignBlob,
  Priority,
  readJson,
  readTime,
  readTraceparent,
  runIdOf,
  type RunRequest,
  traceparentText,
  utf8,
} from '@millrace/contracts';
import { type LoadedPlan, validateInput } from '@millrace/pipeline/engine';
import type { PlanForRun } from '../deployments/plans.js';

export type RequestReading =
  | {
      readonly request: RunRequest & { source: string };
      readonly plan: LoadedPlan;
      readonly traceparent: string | undefined;
    }
  | { readonly failure: Failure };

/** The headers that decide what becomes of a record, with how long each may be. */
const DECIDING = [
  [HEADER.pipeline, 200],
  [HEADER.idempotencyKey, 1_000],
  [HEADER.id, 500],
  [HEADER.source, 499],
  [HEADER.startAt, 100],
  [HEADER.priority, 100],
  [HEADER.tenant, 200],
] as const;

/** Returns the name of the pipeline that a record on `intake` asks for. */
export const pipelineOf = ({ headers }: Pick<Incoming, 'headers'>): string | undefined =>
  headerText(headers, HEADER.pipeline);

/** Reads the request of a record on `intake`. A plain JSON value with the header `pipeline` is enough. */
export function readRequest(
  record: Incoming,
  planFor: PlanForRun,
  options: { at: number; keyIsIdempotent: boolean },
): RequestReading {
  const { headers } = record;
  const wrong = DECIDING.flatMap(([name, max]) => headerFailure(headers, name, max) ?? [])[0];
  if (wrong) return { failure: wrong };
  const pipeline = pipelineOf(record);
  if (!pipeline) return { failure: failure('MISSING_PIPELINE', 'The record has no header `pipeline`.') };
  const said = headerText(headers, HEADER.priority);
  const { data: priority } = Priority.safeParse(said);
  if (said !== undefined && !priority)
    return { failure: failure('INVALID_PRIORITY', 'The header `priority` is none that there is.') };
  const startsAt = headerText(headers, HEADER.startAt);
  const startAt = startsAt === undefined ? undefined : readTime(startsAt);
  if (startsAt !== undefined && startAt === undefined)
    return { failure: failure('INVALID_START_TIME', 'The header `start-at` is no time.') };
  const source = sourceOf(record);
  const idempotencyKey = idempotencyKeyOf(record, options.keyIsIdempotent);
  const run = runOf(record, pipeline, idempotencyKey);
  const plan = planFor(pipeline, run);
  if (plan && 'code' in plan) return { failure: plan };
  if (!plan)
    return { failure: failure('UNKNOWN_PIPELINE', `There is no pipeline of the name that the record asks for.`) };
  const { value: input, fault } = readJson(record.value ?? '');
  if (fault) return { failure: jsonFailure(fault) };
  const foreign = foreignBlob(record, { run, input });
  if (foreign) return { failure: foreign };
  const details = validateInput(plan, input);
  if (details) {
    return {
      failure: failure('INVALID_INPUT', `The input does not fit the pipeline ${pipeline}.`, { details: [...details] }),
    };
  }
  const traceparent = callerOf(record);
  return {
    request: {
      run,
      pipeline,
      input,
      idempotencyKey,
      at: options.at,
      source,
      startAt,
      key: plan.starts.concurrency?.keyOf(input),
      hold: plan.starts.holdOf(input),
      priority: priority ?? plan.starts.priority,
      tenant: cut(headerText(headers, HEADER.tenant) || plan.starts.tenantOf(input), 200) || undefined,
      ...tracedBy(traceparent, { plan, waitsMs: startAt === undefined ? 0 : startAt - options.at }),
    },
    plan,
    traceparent,
  };
}

/** An input may refer to blobs of its own run alone, which the gateway makes: nobody reads what belongs to another run. */
function foreignBlob({ value }: Incoming, { run, input }: { run: string; input: unknown }): Failure | undefined {
  if (!mayMentionBlob(value) || !mentionsForeignBlob(input, run)) return undefined;
  return failure(
    'INVALID_VALUE',
    `The input has the key ${BLOB_KEY}, which only references to blobs of its run may have.`,
  );
}

const sourceOf = ({ topic, partition, offset }: Incoming): string => `${topic}/${partition}/${offset}`;

/** The timestamp tells a topic from one that was made anew under its name. */
const runOf = (record: Incoming, pipeline: string, key: string | undefined): string =>
  runIdOf(pipeline, key ?? `${sourceOf(record)}/${record.timestamp}`);

/** Returns the run that a record on `intake` asks for, if it names a pipeline. */
export function runAskedBy(record: Incoming, keyIsIdempotent: boolean): string | undefined {
  const pipeline = pipelineOf(record);
  return pipeline && runOf(record, pipeline, idempotencyKeyOf(record, keyIsIdempotent));
}

/** The header of that name, else the CloudEvent's identity, else (where that is asked for) the record's key. */
function idempotencyKeyOf({ headers, key }: Incoming, keyIsIdempotent: boolean): string | undefined {
  const given = headerText(headers, HEADER.idempotencyKey);
  if (given) return given;
  const id = headerText(headers, HEADER.id);
  if (id) return `${headerText(headers, HEADER.source) ?? ''}#${id}`;
  return keyIsIdempotent && key ? keyText(key) : undefined;
}

/** A record's key as text. Bytes that are no text, or too long, are named by their digest: two keys are never taken for one. */
function keyText(key: Buffer): string {
  const { data } = IdempotencyKey.safeParse(utf8(key));
  return data ?? derivedId('key', key.toString('base64'));
}

/** The span that a record was sent under; undefined where it names none. */
function callerOf({ headers }: Incoming): string | undefined {
  const text = headerText(headers, HEADER.traceparent);
  const named = text === undefined ? undefined : readTraceparent(text);
  return named && traceparentText(named);
}

/** A run that is certain to wait this long, or for somebody, outlives its caller's trace. */
const LONG_MS = 60_000;

/** A run goes on with its caller's trace; one that is certain to wait for long has a trace of its own, with a link. */
function tracedBy(
  traceparent: string | undefined,
  { plan, waitsMs }: { plan: LoadedPlan; waitsMs: number },
): Pick<RunRequest, 'trace' | 'link'> {
  if (traceparent === undefined) return {};
  return waitsMs >= LONG_MS || waitsAlways(plan) ? { link: traceparent } : { trace: traceparent };
}

const waiting = new WeakMap<LoadedPlan, boolean>();

/** Returns true when every run of the plan waits: for a person, a signal, or a minute and more. */
function waitsAlways(plan: LoadedPlan): boolean {
  let waits = waiting.get(plan);
  if (waits === undefined) {
    waits = Object.values(plan.plan.steps).some(
      (step) =>
        step.when === undefined &&
        (step.kind === 'review' || step.kind === 'signal' || (step.kind === 'sleep' && step.ms >= LONG_MS)),
    );
    waiting.set(plan, waits);
  }
  return waits;
}
