import { randomUUID } from 'node:crypto';
import { failure, type Failure } from '../failures.js';
import { utf8 } from '../values/json.js';
import { isText, timeText } from '../values/values.js';

/** Header names on the wire (CloudEvents 1.0 in Kafka's binary mode, W3C trace context, and our own). */
export const HEADER = {
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  specversion: 'ce_specversion',
  time: 'ce_time',
  subject: 'ce_subject',
  contentType: 'content-type',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  pipeline: 'pipeline',
  idempotencyKey: 'idempotency-key',
  startAt: 'start-at',
  priority: 'priority',
  tenant: 'tenant',
} as const;

export const EVENT_TYPE = {
  runRequested: 'millrace.run.requested',
  stepRequested: 'millrace.step.requested',
  runEvents: 'millrace.run.events',
  runCompleted: 'millrace.run.completed',
  runCancelled: 'millrace.run.cancelled',
  runFailed: 'millrace.run.failed',
  stepDeadLettered: 'millrace.step.dead-lettered',
  recordDeadLettered: 'millrace.record.dead-lettered',
  plan: 'millrace.plan',
  deployment: 'millrace.deployment',
  limits: 'millrace.limits',
  model: 'millrace.model',
  modelCall: 'millrace.model.call',
  modelGrants: 'millrace.model.grants',
  modelLedger: 'millrace.model.ledger',
  modelAnswer: 'millrace.model.answer',
  stepWatch: 'millrace.step.watch',
  stepText: 'millrace.step.text',
  contract: 'millrace.contract',
  pause: 'millrace.pause',
  control: 'millrace.control',
  outcome: 'millrace.outcome',
} as const;

/** All CloudEvents headers of an outward record, in binary mode. */
export function cloudEvent(of: {
  id?: string;
  type: string;
  source: string;
  subject?: string;
  at: number;
  traceparent?: string;
}): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: of.id ?? randomUUID(),
    ce_type: of.type,
    ce_source: of.source,
    ce_time: timeText(of.at),
    'content-type': 'application/json',
    ...(of.subject !== undefined && { ce_subject: of.subject }),
    ...(of.traceparent !== undefined && { traceparent: of.traceparent }),
  };
}

type Headers = Readonly<Record<string, unknown>>;

/** A header's text: the first one where it was sent more than once; undefined where it is missing or its bytes are no text. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return textOf(Array.isArray(value) ? value[0] : value);
}

/** The reason for which nothing may be decided by a header: it was sent more than once, or is no text, or too long; undefined where it may be. */
export function headerFailure(headers: Headers, name: string, max: number): Failure | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length > 1) return failure('INVALID_HEADER', `The header ${name} was sent twice.`);
  const text = headerText(headers, name);
  if (text === undefined) return failure('INVALID_HEADER', `The header ${name} is not UTF-8 text without NUL.`);
  return text.length > max
    ? failure('INVALID_HEADER', `The header ${name} is longer than ${max} characters.`)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  const text = value instanceof Uint8Array ? utf8(value) : value;
  return typeof text === 'string' && isText(text) ? text : undefined;
}
