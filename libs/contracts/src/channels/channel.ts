import { z } from 'zod';
import { HEADER } from '../records/headers.js';

const text = (description: string) => z.string().describe(description);
/** W3C trace context. */
export const TRACE = {
  [HEADER.traceparent]: text('W3C trace context.').optional(),
  [HEADER.tracestate]: text('W3C trace context.').optional(),
};
const CLOUD_EVENT = {
  [HEADER.specversion]: z.literal('1.0'),
  [HEADER.id]: text('Unique with the source.'),
  [HEADER.type]: z.string(),
  [HEADER.source]: text('The sender.'),
  [HEADER.time]: text('RFC 3339.'),
  [HEADER.subject]: text('The run’s id.').optional(),
  [HEADER.contentType]: z.literal('application/json'),
};

/** The headers of a record on `intake`: the value itself is the pipeline's input, as JSON. */
export const IntakeHeaders = z.looseObject({
  [HEADER.pipeline]: text('Which pipeline is to run. The only header that must be there.'),
  [HEADER.idempotencyKey]: text('The same key and pipeline make the same run.').optional(),
  [HEADER.startAt]: text('RFC 3339: the run begins then. At once without it.').optional(),
  [HEADER.priority]: text('`high`, `normal` or `low`; else as the pipeline says.').optional(),
  [HEADER.tenant]: text('Whose turn it is at a stage is shared among tenants; else as the pipeline says.').optional(),
  [HEADER.id]: text('Used as idempotency key where there is none.').optional(),
  ...TRACE,
});
/** The headers of a record for systems outside. */
export const OutwardHeaders = z.looseObject({ ...CLOUD_EVENT, ...TRACE });
/** The headers of a record that one service of Millrace sends another. */
export const InternalHeaders = z.looseObject({
  [HEADER.type]: z.string(),
  [HEADER.id]: z.string().optional(),
  ...TRACE,
});

/** A topic of Millrace: who writes to it, and what its records hold. */
export interface Channel {
  readonly name: string;
  readonly address: string;
  readonly action: 'send' | 'receive';
  readonly description: string;
  readonly type: string;
  readonly headers: z.ZodType;
  readonly payload: z.ZodType;
}
