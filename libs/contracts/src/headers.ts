import { randomUUID } from 'node:crypto';

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
  pause: 'millrace.pause',
  control: 'millrace.control',
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
    ce_time: new Date(of.at).toISOString(),
    'content-type': 'application/json',
    ...(of.subject !== undefined && { ce_subject: of.subject }),
    ...(of.traceparent !== undefined && { traceparent: of.traceparent }),
  };
}

/** A header's text: the first one where it was sent more than once; undefined where it is missing. */
export function headerText(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string') return first;
  return first instanceof Uint8Array ? Buffer.from(first).toString('utf8') : undefined;
}
