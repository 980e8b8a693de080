import { acceptedTraceparent, runIdOf, traceIdsOf } from '@millrace/contracts';
import { otlpSink } from './otlp-sink.fixture.js';
import { ATTRIBUTE, telemetry, type TelemetryOptions } from './index.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OTHER = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01';

function told(options: Partial<TelemetryOptions> = {}) {
  const lines: string[] = [];
  const opened = telemetry({ service: 'shop', logTo: { write: (line) => void lines.push(line) }, ...options });
  return Object.assign(opened, { lines });
}

test('a span arrives at the collector under its own ids, with its parent, its links and its real times', async () => {
  await using sink = await otlpSink();
  await using service = told({ otlpEndpoint: sink.url });
  const context = service.spans.context(PARENT);
  service.spans.record({
    context,
    name: 'process stage.classify',
    kind: 'consumer',
    startMs: 1_700_000_000_000.5,
    endMs: 1_700_000_000_750,
    attributes: { [ATTRIBUTE.run]: 'run_1', [ATTRIBUTE.attempt]: 2 },
    links: [PARENT, OTHER, 'nonsense'],
    failed: 'MODEL_BUSY',
  });
  await service.flush();
  const [span] = sink.spansOf('shop');
  expect(sink.received[0]!.path).toBe('/v1/traces');
  expect(span).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: context.spanId,
    parentSpanId: 'b7ad6b7169203331',
    name: 'process stage.classify',
    kind: 5,
    startTimeUnixNano: '1700000000000500000',
    endTimeUnixNano: '1700000000750000000',
    status: { code: 2 },
  });
  // Jaeger takes a link to the parent for the parent: FOLLOWS_FROM instead of CHILD_OF.
  expect(span!.links!.map(({ spanId }) => spanId)).toEqual(['bbbbbbbbbbbbbbbb']);
  expect(span!.attributes.map(({ key }) => key).sort()).toEqual(['error.type', 'millrace.attempt', 'millrace.run']);
});

test('services in one process keep their names, traces and metrics apart', async () => {
  await using sink = await otlpSink();
  await using one = told({ service: 'one', otlpEndpoint: sink.url });
  await using two = told({ service: 'two', otlpEndpoint: sink.url });
  for (const service of [one, two]) {
    service.spans.record({ context: service.spans.context(PARENT), name: 'x', kind: 'internal', startMs: 1, endMs: 2 });
    service.meters.stageAttempts.add(1, { stage: 'classify', outcome: 'completed' });
    await service.flush();
  }
  expect([sink.spansOf('one').length, sink.spansOf('two').length]).toEqual([1, 1]);
  expect(await two.metricsText()).toContain('millrace_stage_attempts_total{stage="classify",outcome="completed"} 1');
});

test('the root span of a run is the same wherever it is asked for', async () => {
  await using one = told();
  await using two = told({ service: 'two' });
  const run = runIdOf('p', 'k');
  const { traceId, rootSpanId, acceptedSpanId } = traceIdsOf(run);
  const root = { traceId, spanId: rootSpanId };
  expect(one.spans.derived(root)).toEqual(two.spans.derived(root));
  expect(one.spans.derived({ traceId, spanId: acceptedSpanId }).traceparent).toBe(acceptedTraceparent(run));
});

test('without a collector the parent is handed on, so that a service that has one finds it', async () => {
  await using service = told();
  expect(service.spans.on).toBe(false);
  expect(service.spans.context(PARENT)).toMatchObject({ traceparent: PARENT, traceId: PARENT.slice(3, 35) });
});

test('what a caller does not want sampled is not sent, and neither is what comes of it', async () => {
  await using sink = await otlpSink();
  await using service = told({ otlpEndpoint: sink.url });
  const context = service.spans.context(PARENT.replace(/01$/, '00'));
  expect(context.traceparent).toMatch(/-00$/);
  service.spans.record({ context, name: 'x', kind: 'internal', startMs: 1, endMs: 2 });
  await service.flush();
  expect(sink.received).toEqual([]);
});

test.each(['', 'nonsense', '00-00000000000000000000000000000000-b7ad6b7169203331-01', 'ff' + PARENT.slice(2)])(
  'a parent that is no traceparent (%s) begins a trace of its own',
  async (parent) => {
    await using sink = await otlpSink();
    await using service = told({ otlpEndpoint: sink.url });
    const context = service.spans.context(parent);
    expect(context.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(context.parentSpanId).toBeUndefined();
  },
);

test('a collector that fails is said once, and once more when it is back', async () => {
  await using sink = await otlpSink();
  await using service = told({ otlpEndpoint: sink.url });
  const send = async () => {
    service.spans.record({ context: service.spans.context(PARENT), name: 'x', kind: 'internal', startMs: 1, endMs: 2 });
    await service.flush();
  };
  sink.answerWith(400);
  await send();
  await send();
  sink.answerWith(200);
  await send();
  await send();
  expect(service.lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'Spans cannot be delivered and are dropped: check OTEL_EXPORTER_OTLP_ENDPOINT.',
    'Spans are delivered again.',
  ]);
});

test('metrics are counters, histograms and gauges that Prometheus reads', async () => {
  await using service = told();
  service.meters.runs.add(2, { pipeline: 'support-email', status: 'completed' });
  service.meters.stageDuration.record(0.03, { stage: 'classify' });
  service.meters.backlog(() => [{ value: 7, labels: { topic: 't', group: 'g', partition: '0' } }]);
  service.meters.backlog(() => [{ value: 8, labels: { topic: 't', group: 'g', partition: '1' } }]);
  service.meters.gauge('broken', 'Cannot be read.', () => Promise.reject(new Error('no')));
  const text = await service.metricsText();
  expect(text).toContain('# TYPE millrace_runs_total counter');
  expect(text).toContain('millrace_runs_total{pipeline="support-email",status="completed"} 2');
  expect(text).toContain('millrace_stage_duration_seconds_bucket{stage="classify",le="0.05"} 1');
  expect(text).toContain('millrace_backlog{topic="t",group="g",partition="0"} 7');
  expect(text).toContain('millrace_backlog{topic="t",group="g",partition="1"} 8');
  expect(text).toMatch(/millrace_process_memory_bytes\{kind="rss"\} \d+/);
  expect(text).not.toContain('broken');
});

test('log lines are JSON with the service’s name', async () => {
  await using service = told();
  service.log.info({ run: 'run_1' }, 'Accepted.');
  expect(JSON.parse(service.lines[0]!)).toMatchObject({
    level: 'info',
    service: 'shop',
    run: 'run_1',
    msg: 'Accepted.',
  });
});

test('log lines for people say the same in words', async () => {
  await using service = told({ logPretty: true });
  service.log.warn({ run: 'run_1', err: new TypeError('no') }, 'Failed.');
  expect(service.lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}shop: Failed\. run=run_1\nTypeError: no/);
});

test.each([
  ['a password', { password: 'hunter2' }],
  ['a key, deep inside', { model: { options: [{ apiKey: 'hunter2' }] } }],
  ['an authorization header', { headers: { Authorization: 'Bearer hunter2hunter2' } }],
  ['a password in a URL', { url: 'postgres://millrace:hunter2@localhost/db' }],
  ['a login without a password in a URL', { url: 'https://hunter2@localhost:4318/v1' }],
  ['a key in the query of a URL', { err: new Error('GET https://host/v1?api_key=hunter2&x=1 was refused') }],
  ['a login of a collector', { err: new Error('Invalid URL', { cause: new Error('ann:hunter2@collector:4318') }) }],
  ['a bearer token in an error', { err: new Error('401 for Bearer hunter2hunter2') }],
  ['a secret with quotes in it', { clientSecret: 'a"hunter2"' }],
])('%s does not get into the log', async (_, fields) => {
  await using service = told();
  service.log.error(fields, 'Failed.');
  expect(service.lines[0]).not.toContain('hunter2');
  expect(JSON.parse(service.lines[0]!)).toMatchObject({ msg: 'Failed.' });
});
