import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { traceIdsOf, traceparentText } from '@millrace/contracts';
import type { SpanRecord, Spans } from '@millrace/telemetry';
import { spanOf, traceRequests } from './request-spans.js';

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const RUN_TRACE = traceIdsOf('run_x').traceId;

function asked(
  request: { method: string; url: string; traceparent?: string },
  during?: (request: IncomingMessage) => void,
) {
  const recorded: SpanRecord[] = [];
  const placed = (traceId: string) => ({ traceId, spanId: '1'.repeat(16) });
  const spans: Spans = {
    on: true,
    now: () => 1,
    context: (parent) => ({ traceparent: parent, ...placed(parent.slice(3, 35)), parentSpanId: parent.slice(36, 52) }),
    derived: ({ traceId }) => ({
      traceparent: traceparentText({ ...placed(traceId), sampled: true }),
      ...placed(traceId),
    }),
    record: (span) => void recorded.push(span),
    tell: () => Promise.resolve(),
  };
  const { traceparent, ...rest } = request;
  const incoming = { ...rest, headers: { traceparent } } as unknown as IncomingMessage;
  const response = Object.assign(new EventEmitter(), { statusCode: 202 }) as unknown as ServerResponse;
  traceRequests(spans)(incoming, response, () => during?.(incoming));
  response.emit('close');
  return recorded;
}

test('a request that changes something is a server span by its route, under its caller’s', () => {
  const [span] = asked({ method: 'POST', url: '/v1/runs?pipeline=secret', traceparent: CALLER });
  expect(span).toMatchObject({
    name: 'POST /v1/runs',
    kind: 'server',
    context: { traceId: CALLER.slice(3, 35), parentSpanId: CALLER.slice(36, 52) },
    attributes: { 'http.request.method': 'POST', 'http.route': '/v1/runs', 'http.response.status_code': 202 },
  });
  expect(JSON.stringify(span)).not.toContain('secret');
});

test('without a caller it is the first span of the trace of the run that it asked for', () => {
  const [span] = asked({ method: 'POST', url: '/v1/runs' }, (request) => spanOf(request)!.context(RUN_TRACE));
  expect(span!.context).toMatchObject({ traceId: RUN_TRACE });
  expect(span!.context.parentSpanId).toBeUndefined();
});

test('who only looks makes no trace; who looks within a trace is part of it', () => {
  expect(asked({ method: 'GET', url: '/v1/runs' })).toEqual([]);
  expect(asked({ method: 'GET', url: '/v1/runs', traceparent: CALLER })).toHaveLength(1);
});
