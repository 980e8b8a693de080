import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADER, readTraceparent } from '@millrace/contracts';
import { ATTRIBUTE, SPAN, type SpanContext, type Spans } from '@millrace/telemetry';
import { routeOf } from './http/operations.js';
import { pathOf } from './http/problems.js';

const made = new WeakMap<IncomingMessage, RequestSpan>();

/** The span of a request that is being answered. */
export class RequestSpan {
  private place: SpanContext | undefined;

  constructor(
    private readonly spans: Spans,
    private readonly caller: string | undefined,
  ) {}

  /** Returns the span's context: in the caller's trace; where there is none in `traceId`, which what is asked for is known by. */
  context(traceId?: string): SpanContext {
    const { spans, caller = '' } = this;
    return (this.place ??= caller === '' && traceId !== undefined ? spans.derived({ traceId }) : spans.context(caller));
  }
}

/** Returns the span of a request; undefined where it has none. */
export const spanOf = (request: IncomingMessage): RequestSpan | undefined => made.get(request);

/**
 * Express middleware: one span for each request that may change something or that comes with a trace. What pages and
 * clients ask for again and again while they watch would be most of all traces, and tell nothing.
 */
export function traceRequests(spans: Spans) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const caller = traceparentOf(request);
    const { method = 'GET' } = request;
    if (spans.on && (caller !== undefined || !['GET', 'HEAD', 'OPTIONS'].includes(method))) {
      const span = new RequestSpan(spans, caller);
      const startMs = spans.now();
      made.set(request, span);
      response.once('close', () => record(spans, { request, response, span, startMs }));
    }
    next();
  };
}

function record(
  spans: Spans,
  of: { request: IncomingMessage; response: ServerResponse; span: RequestSpan; startMs: number },
): void {
  const { request, response, span, startMs } = of;
  const path = pathOf(request);
  const route = routeOf(path);
  const isKnown = route !== 'unknown';
  const method = isKnown ? (request.method ?? 'GET') : 'any';
  const { statusCode } = response;
  spans.record({
    context: span.context(),
    name: isKnown ? SPAN.request(method, route) : 'HTTP',
    kind: 'server',
    startMs,
    endMs: spans.now(),
    ...(statusCode >= 500 && { failed: String(statusCode) }),
    attributes: {
      [ATTRIBUTE.httpMethod]: isKnown ? method : '_OTHER',
      [ATTRIBUTE.httpStatus]: statusCode,
      [ATTRIBUTE.urlScheme]: 'http',
      ...(isKnown && { [ATTRIBUTE.httpRoute]: route, [ATTRIBUTE.urlPath]: path }),
    },
  });
}

/** Returns the W3C traceparent that a request came with; undefined where it came with none. */
export function traceparentOf(request: IncomingMessage): string | undefined {
  const given = request.headers[HEADER.traceparent];
  return typeof given === 'string' && readTraceparent(given) !== undefined ? given : undefined;
}
