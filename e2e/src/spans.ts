import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { present } from '@millrace/contracts';

/** A span as a backend of traces sees it. */
export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** Ids of the spans that it links to. */
  readonly links: readonly string[];
  /** The warnings of Jaeger. */
  readonly warnings: readonly string[];
  readonly attributes: ReadonlyMap<string, unknown>;
}

/** Spans whose parent nobody knows: what a trace viewer complains about. */
export function orphans(spans: readonly SeenSpan[]): readonly SeenSpan[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parent }) => parent !== undefined && !known.has(parent));
}

/** From a span's parent up to its root. */
export function ancestors(span: SeenSpan, spans: readonly SeenSpan[]): readonly SeenSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span.parent);
  return parent ? [parent, ...ancestors(parent, spans)] : [];
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
}
type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[];
interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: OtlpAttributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly links?: readonly { readonly spanId: string }[];
        readonly attributes: OtlpAttributes;
      }[];
    }[];
  }[];
}

/** The numbers with which OTLP names kinds of spans. */
const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

const valuesOf = (attributes: OtlpAttributes): ReadonlyMap<string, unknown> =>
  new Map(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]));

/** In nanoseconds these are larger than what a number can count. */
const millisOf = (unixNano: string): number => Number(BigInt(unixNano) / 1_000n) / 1e3;

function spansOf({ resourceSpans = [] }: OtlpTraces): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes).get('service.name'));
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parent: span.parentSpanId || undefined,
        name: span.name,
        kind: KINDS[span.kind] ?? '',
        service,
        startMs: millisOf(span.startTimeUnixNano),
        endMs: millisOf(span.endTimeUnixNano),
        links: (span.links ?? []).map(({ spanId }) => spanId),
        warnings: [],
        attributes: valuesOf(span.attributes),
      })),
    );
  });
}

/** Takes spans as a collector does, by OTLP as JSON over HTTP. */
export interface SpanReceiver extends AsyncDisposable {
  readonly url: string;
  /** Returns the spans of a trace that have arrived by now. */
  of(traceId: string): readonly SeenSpan[];
}

/** @param forwardTo another collector, which gets everything too */
export async function receiveSpans(forwardTo?: string): Promise<SpanReceiver> {
  const received: SeenSpan[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/v1/traces') received.push(...spansOf(JSON.parse(body.toString()) as OtlpTraces));
    if (forwardTo && request.url === '/v1/traces') {
      const headers = { 'content-type': 'application/json' };
      await fetch(`${forwardTo}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.writeHead(500).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    of: (traceId) => received.filter((span) => span.traceId === traceId),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface JaegerTrace {
  readonly spans: readonly {
    readonly traceID: string;
    readonly spanID: string;
    readonly operationName: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly startTime: number;
    readonly duration: number;
    readonly processID: string;
    readonly tags: readonly { readonly key: string; readonly value: unknown }[];
    readonly warnings: readonly string[] | null;
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** Returns the spans that Jaeger's query API has of a trace. A parent that Jaeger does not call CHILD_OF is none. */
export async function jaegerSpans(queryUrl: string, traceId: string): Promise<readonly SeenSpan[]> {
  const answer = await fetch(`${queryUrl}/api/traces/${traceId}`);
  if (!answer.ok) return [];
  const { data } = (await answer.json()) as { data: readonly JaegerTrace[] };
  return data.flatMap(({ spans, processes }) =>
    spans.map((span) => {
      const attributes = new Map(span.tags.map(({ key, value }) => [key, value]));
      return {
        traceId: span.traceID,
        spanId: span.spanID,
        parent: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
        name: span.operationName,
        kind: String(attributes.get('span.kind') ?? 'internal'),
        service: present(processes[span.processID], `process ${span.processID}`).serviceName,
        startMs: span.startTime / 1e3,
        endMs: (span.startTime + span.duration) / 1e3,
        links: span.references.flatMap(({ refType, spanID }) => (refType === 'CHILD_OF' ? [] : [spanID])),
        warnings: span.warnings ?? [],
        attributes,
      };
    }),
  );
}
