import { type HrTime, SpanKind as Kind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { rootTraceparent, traceIdsOf } from '@millrace/contracts';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from './log.js';
import type { SpanContext, SpanRecord, Spans } from './spans.js';
import { childOf, contextOf, parseTraceparent } from './trace-context.js';

const DELAY_MS = 500;
/** Jaeger takes a span that lasts no time for one of negative time, and warns at each. */
const SHORTEST_MS = 0.001;
const QUEUE = 16_384;
const BATCH = 1_024;
/** How long a batch may take, its retries included: after that it is dropped. */
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
  context: contextOf,
  root: rootOf,
  record: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

export function openSpans(to: { endpoint: string; resource: Resource; log: Log }): OpenSpans {
  const otlp = new OTLPTraceExporter({ url: `${to.endpoint}/v1/traces`, timeoutMillis: EXPORT_MS });
  const processor = new BatchSpanProcessor(forgiving(otlp, to.log), {
    scheduledDelayMillis: DELAY_MS,
    maxQueueSize: QUEUE,
    maxExportBatchSize: BATCH,
    exportTimeoutMillis: EXPORT_MS + 500,
  });
  return {
    on: true,
    context: childOf,
    root: rootOf,
    record: (span) => {
      const readable = readableSpan(span, to.resource);
      if (readable) processor.onEnd(readable);
    },
    flush: () => processor.forceFlush().catch(() => undefined),
    close: () => processor.shutdown().catch(() => undefined),
  };
}

function rootOf(run: string): SpanContext {
  const { traceId, rootSpanId } = traceIdsOf(run);
  return { traceparent: rootTraceparent(run), traceId, spanId: rootSpanId };
}

const SCOPE = { name: 'millrace' };

function readableSpan(span: SpanRecord, resource: Resource): ReadableSpan | undefined {
  const { context } = span;
  const parsed = parseTraceparent(context.traceparent);
  if (!parsed?.sampled) return undefined;
  const spanContext = { traceId: context.traceId, spanId: context.spanId, traceFlags: TraceFlags.SAMPLED };
  const durationMs = Math.max(SHORTEST_MS, span.endMs - span.startMs);
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
      ...(span.attributes as ReadableSpan['attributes']),
      ...(span.failed !== undefined && { 'error.type': span.failed }),
    },
    links: linksTo(span.links),
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function linksTo(traceparents: readonly string[] = []): ReadableSpan['links'] {
  return traceparents.flatMap((traceparent) => {
    const to = parseTraceparent(traceparent);
    return to
      ? [{ context: { traceId: to.traceId, spanId: to.spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } }]
      : [];
  });
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}

/** A collector that is away costs spans and one line of log, nothing else; one more line when it is back. */
function forgiving(exporter: SpanExporter, log: Log): SpanExporter {
  let away = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0 && !away) {
          log.warn(
            { reason: result.error?.message },
            'Spans cannot be delivered and are dropped: check OTEL_EXPORTER_OTLP_ENDPOINT.',
          );
        } else if (result.code === 0 && away) log.info('Spans are delivered again.');
        away = result.code !== 0;
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush!() }),
  };
}
