import { readTraceparent, traceIdsOf } from '@millrace/contracts';
import { microsecondClock } from './clock.js';
import { otlpSink } from './otlp-sink.fixture.js';
import { ATTRIBUTE, type SpanRecord, telemetry, type TelemetryOptions } from './index.js';
import { SPAN, SPANS } from './trace-table.js';
import { Teller } from './teller.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const quiet = (options: Partial<TelemetryOptions>) => telemetry({ service: 'shop', logLevel: 'silent', ...options });

describe('a span', () => {
  test('is never linked to itself or to its parent, and to another once', async () => {
    await using sink = await otlpSink();
    await using service = quiet({ otlpEndpoint: sink.url });
    const context = service.spans.context(PARENT);
    const other = PARENT.replace('b7ad6b7169203331', 'cccccccccccccccc');
    const links = [PARENT, context.traceparent, other, other];
    service.spans.record({ context, name: 'x', kind: 'internal', startMs: 1, endMs: 2, links });
    await service.flush();
    expect(sink.spansOf('shop')[0]!.links!.map(({ spanId }) => spanId)).toEqual(['cccccccccccccccc']);
  });

  test('that lasts no time is longer than one that stands for a moment, so that no child is as short as that', async () => {
    await using sink = await otlpSink();
    await using service = quiet({ otlpEndpoint: sink.url });
    const span = { kind: 'internal', startMs: 1_700_000_000_000, endMs: 1_700_000_000_000 } as const;
    service.spans.record({ ...span, context: service.spans.context(PARENT), name: 'moment', isMoment: true });
    service.spans.record({ ...span, context: service.spans.context(PARENT), name: 'nothing' });
    await service.flush();
    const lengths = sink
      .spansOf('shop')
      .map((one) => Number(BigInt(one.endTimeUnixNano) - BigInt(one.startTimeUnixNano)));
    expect(lengths[0]).toBeGreaterThan(0);
    expect(lengths[1]).toBeGreaterThan(lengths[0]!);
  });

  test('has no attribute without a value, neither of its own nor of an event', async () => {
    await using sink = await otlpSink();
    await using service = quiet({ otlpEndpoint: sink.url });
    const attributes = { [ATTRIBUTE.genAiInputTokens]: 0, [ATTRIBUTE.genAiCacheWriteTokens]: undefined };
    const context = service.spans.context(PARENT);
    const events = [{ name: 'gen_ai.client.inference.operation.details', atMs: 1, attributes }] as const;
    service.spans.record({ context, name: 'x', kind: 'internal', startMs: 1, endMs: 2, attributes, events });
    await service.flush();
    const span = sink.spansOf('shop')[0]!;
    const keys = (of: readonly { readonly key: string }[] = []) => of.map(({ key }) => key);
    expect([keys(span.attributes), keys(span.events?.[0]?.attributes)]).toEqual([
      [ATTRIBUTE.genAiInputTokens],
      [ATTRIBUTE.genAiInputTokens],
    ]);
  });
});

describe('microseconds', () => {
  test('lie within the millisecond that records tell, whatever the wall clock does', () => {
    let [wall, monotonic] = [1_000_000, 0];
    const now = microsecondClock(
      () => wall,
      () => monotonic,
    );
    for (const [ms, passed] of [
      [0, 0.2],
      [0, 0.3],
      [1, 0.9],
      [60_000, 1],
      [-30_000, 1],
      [0, 40],
    ] as const) {
      wall += ms;
      monotonic += passed;
      const time = now();
      expect(Math.floor(time)).toBe(wall);
    }
    monotonic += 0.25;
    const first = now();
    monotonic += 0.001;
    expect(now()).toBeGreaterThanOrEqual(first);
  });
});

describe('what belongs to a run', () => {
  const root = (spans: ReturnType<typeof quiet>['spans']): SpanRecord => {
    const { traceId, rootSpanId: spanId } = traceIdsOf('run_x');
    return { context: spans.derived({ traceId, spanId }), name: 'run p', kind: 'internal', startMs: 1, endMs: 2 };
  };

  test('is delivered when it is told, and is the same in every word whoever tells of it', async () => {
    await using sink = await otlpSink();
    for (const service of [quiet({ otlpEndpoint: sink.url }), quiet({ otlpEndpoint: sink.url })]) {
      await service.spans.tell([root(service.spans)]);
      await service[Symbol.asyncDispose]();
    }
    expect(sink.spansOf('shop')).toHaveLength(2);
    const bodies = sink.received
      .filter(({ path }) => path === '/v1/traces')
      .map(({ resource, spans }) => ({ resource, spans }));
    expect(bodies[0]).toEqual(bodies[1]);
  });

  test('keeps nobody waiting for a collector that is away, and is left to be tried once more', async () => {
    const left: unknown[] = [];
    let asked = 0;
    const teller = new Teller(
      () => Promise.resolve(++asked < 0),
      (spans) => void left.push(...spans),
    );
    const spans = [{ name: 'a' }] as never;
    await teller.tell(spans);
    await teller.tell(spans);
    expect([asked, left.length]).toEqual([1, 2]);
  });
});

test.each([
  ['always_off', 1, '01', false],
  ['always_on', 1, '00', true],
  ['parentbased_always_on', 1, '00', false],
  ['parentbased_always_off', 1, '01', true],
  ['traceidratio', 0, '01', false],
  ['parentbased_traceidratio', 0, '01', true],
] as const)('the sampler %s (%s) decides under a parent with the flags %s: %s', async (sampler, ratio, flags, kept) => {
  await using sink = await otlpSink();
  await using service = quiet({ otlpEndpoint: sink.url, sampling: { sampler, ratio } });
  const context = service.spans.context(PARENT.replace(/01$/, flags));
  expect(readTraceparent(context.traceparent)!.sampled).toBe(kept);
  service.spans.record({ context, name: 'x', kind: 'internal', startMs: 1, endMs: 2 });
  await service.flush();
  expect(sink.spansOf('shop')).toHaveLength(kept ? 1 : 0);
});

test('a share of traces is the same share for every service', async () => {
  await using sink = await otlpSink();
  const sampling = { sampler: 'parentbased_traceidratio', ratio: 0.5 } as const;
  await using one = quiet({ otlpEndpoint: sink.url, sampling });
  await using two = quiet({ otlpEndpoint: sink.url, sampling });
  const ids = Array.from({ length: 200 }, (_, n) => traceIdsOf(`run_${n}`).traceId);
  const kept = ({ spans }: typeof one) =>
    ids.filter((traceId) => readTraceparent(spans.derived({ traceId }).traceparent)!.sampled);
  expect(kept(one)).toEqual(kept(two));
  expect(kept(one).length).toBeGreaterThan(60);
  expect(kept(one).length).toBeLessThan(140);
});

test('every name in the table of spans is one that the code gives, and every row’s parents and links are rows', () => {
  const names = [
    ...[SPAN.request('POST', '/v1/runs'), SPAN.send('m.intake'), SPAN.send('m.stage.a'), SPAN.run('p'), SPAN.accepted],
    ...[
      SPAN.process('m.runs'),
      SPAN.step('a', '3'),
      SPAN.wait('a'),
      SPAN.backOff('a'),
      SPAN.lookup('a'),
      SPAN.commit,
      SPAN.whole,
      SPAN.model('chat', 'm'),
    ],
  ];
  expect(names.filter((name) => !SPANS.some((row) => row.names.test(name)))).toEqual([]);
  expect(SPANS.filter((row) => !names.some((name) => row.names.test(name)))).toEqual([]);
  const known = [...SPANS.map(({ span }) => span), 'caller', 'none'];
  expect(SPANS.flatMap(({ parents, links }) => [...parents, ...links]).filter((one) => !known.includes(one))).toEqual(
    [],
  );
});

test('items have names of their own up to a bound, so that the list of names has an end', () => {
  expect(SPAN.step('embed', '3')).toBe('step embed item 3');
  const names = new Set(Array.from({ length: 10_000 }, (_, n) => SPAN.step('embed', String(n))));
  expect(names.size).toBe(101);
});
