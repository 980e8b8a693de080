import { type HrTime, SpanKind as Kind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { readTraceparent, traceparentText } from '@millrace/contracts';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { SpanAttributes } from './attributes.js';
import { microsecondClock } from './clock.js';
import type { Log } from './log.js';
import type { Resources } from './resource.js';
import type { Sampled } from './sampling.js';
import type { SpanRecord, Spans } from './spans.js';
import { Teller } from './teller.js';
import { contextOf, randomHex } from './trace-context.js';

const DELAY_MS = 500;
/**
 * Jaeger takes a span that lasts no time for one of negative time, and moves a child that is not longer than its parent
 * into its parent's time: what stands for a moment lasts one microsecond, and anything else at least two.
 */
const MOMENT_MS = 0.001;
const SHORTEST_MS = 0.002;
const QUEUE = 16_384;
const BATCH = 1_024;
/** The time that a batch may take, its retries included: after that it is dropped. */
export const EXPORT_MS = 3_000;

export interface OpenSpans extends Spans {
  flush(): Promise<void>;
  close(): Promise<void>;
}

const KINDS = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
} as const;

/** Spans where nobody takes them. */
export const NO_SPANS: OpenSpans = {
  on: false,
  now: Date.now,
  context: contextOf,
  derived: ({ traceId, spanId = '0'.repeat(16), parent }) => ({
    traceparent: traceparentText({ traceId, spanId, sampled: parent === undefined || isSampled(parent) }),
    traceId,
    spanId,
  }),
  record: () => undefined,
  tell: () => Promise.resolve(),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const isSampled = (traceparent: string): boolean => readTraceparent(traceparent)?.sampled ?? true;

export function openSpans(to: { endpoint: string; resources: Resources; sampled: Sampled; log: Log }): OpenSpans {
  const { process, service } = to.resources;
  const otlp = new OTLPTraceExporter({ url: `${to.endpoint}/v1/traces`, timeoutMillis: EXPORT_MS });
  const exporter = forgiving(otlp, to.log);
  const processor = new BatchSpanProcessor(exporter, {
    scheduledDelayMillis: DELAY_MS,
    maxQueueSize: QUEUE,
    maxExportBatchSize: BATCH,
    exportTimeoutMillis: EXPORT_MS + 500,
  });
  const teller = new Teller(exporter.deliver, (spans) => spans.forEach((span) => processor.onEnd(span)));
  const derived: Spans['derived'] = ({ traceId, spanId = randomHex(8), parent }) => {
    const above = parent === undefined ? undefined : readTraceparent(parent);
    const traceparent = traceparentText({ traceId, spanId, sampled: to.sampled(traceId, above) });
    return { traceparent, traceId, spanId, ...(above && { parentSpanId: above.spanId }) };
  };
  return {
    on: true,
    now: microsecondClock(),
    context: (parent) => derived({ traceId: readTraceparent(parent)?.traceId ?? randomHex(16), parent }),
    derived,
    record: (span) => {
      const readable = readableSpan(span, process);
      if (readable) processor.onEnd(readable);
    },
    tell: (spans) => teller.tell(spans.flatMap((span) => readableSpan(span, service) ?? [])),
    flush: async () => {
      await Promise.all([teller.idle(), processor.forceFlush().catch(() => undefined)]);
    },
    close: async () => {
      await teller.idle();
      await processor.shutdown().catch(() => undefined);
    },
  };
}

const SCOPE = { name: 'millrace' };

function readableSpan(span: SpanRecord, resource: Resource): ReadableSpan | undefined {
  const { context } = span;
  if (!isSampled(context.traceparent)) return undefined;
  const spanContext = { traceId: context.traceId, spanId: context.spanId, traceFlags: TraceFlags.SAMPLED };
  const durationMs = span.isMoment ? MOMENT_MS : Math.max(SHORTEST_MS, span.endMs - span.startMs);
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => spanContext,
    ...(context.parentSpanId !== undefined && {
      parentSpanContext: {
        traceId: context.traceId,
        spanId: context.parentSpanId,
        traceFlags: TraceFlags.SAMPLED,
        isRemote: true,
      },
    }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.startMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: span.failed === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: {
      ...withValues(span.attributes),
      ...(span.failed !== undefined && { 'error.type': span.failed }),
    },
    links: linksOf(span),
    events: (span.events ?? []).map(({ name, atMs, attributes }) => ({
      name,
      time: hrTime(atMs),
      attributes: withValues(attributes),
    })),
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Copies attributes. OTLP carries one without a value as one that is empty: it is left out. */
function withValues(attributes: SpanAttributes = {}): NonNullable<ReadableSpan['attributes']> {
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) known[name] = value;
  return known as ReadableSpan['attributes'];
}

/** Jaeger draws a span that is linked to as a parent is, and forgets that it is the parent: no link repeats it. */
function linksOf({ context, links = [] }: SpanRecord): ReadableSpan['links'] {
  const linked = new Set([context.spanId, context.parentSpanId]);
  return links.flatMap((traceparent) => {
    const to = readTraceparent(traceparent);
    if (!to || (to.traceId === context.traceId && linked.has(to.spanId))) return [];
    linked.add(to.spanId);
    return [{ context: { traceId: to.traceId, spanId: to.spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } }];
  });
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}

/** A collector that is away costs spans and one line of log, nothing else; one more line when it is back. */
function forgiving(
  exporter: SpanExporter,
  log: Log,
): SpanExporter & { readonly deliver: (spans: ReadableSpan[]) => Promise<boolean> } {
  let away = false;
  const deliver = async (spans: ReadableSpan[]): Promise<boolean> => {
    const result = await new Promise<{ code: number; error?: Error | undefined }>((resolve) =>
      exporter.export(spans, resolve),
    );
    const failed = result.code !== 0;
    if (failed && !away) {
      log.warn(
        { reason: result.error?.message },
        'Spans cannot be delivered and are dropped: check OTEL_EXPORTER_OTLP_ENDPOINT.',
      );
    } else if (!failed && away) log.info('Spans are delivered again.');
    away = failed;
    return !failed;
  };
  return {
    deliver,
    export: (spans, done) => void deliver(spans).then(() => done({ code: 0 })),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
