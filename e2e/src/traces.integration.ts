import { Api, CLEAR, type RunView, sample } from './api.js';
import { install, type Installation, STAGES } from './installation.js';
import { type MailServer, startMailServer } from './mail-server.js';
import { until } from './processes.js';
import { ancestors, jaegerSpans, orphans, receiveSpans, type SeenSpan, type SpanReceiver } from './spans.js';

const JAEGER = process.env['JAEGER_QUERY_URL'];
const COLLECTOR = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];

type Traced = RunView & { readonly traceId: string; readonly acceptedAt: string; readonly endedAt: string };

let receiver: SpanReceiver;
let mails: MailServer;
let house: Installation;
let api: Api;
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  receiver = opened.use(await receiveSpans(JAEGER ? COLLECTOR : undefined));
  mails = opened.use(await startMailServer());
  house = opened.use(await install({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, SMTP_URL: mails.url } }));
  api = new Api(house.gateway);
}, 240_000);
afterAll(() => opened.disposeAsync(), 60_000);

const completed = async (id: string) => (await api.settled(id, 'completed')) as Traced;
const named = (spans: readonly SeenSpan[], name: string) => spans.filter((span) => span.name === name);
const processing = (spans: readonly SeenSpan[], stage: string) =>
  named(spans, `process ${house.topics.stage(stage)}`).sort((a, b) => a.startMs - b.startMs);

/** The spans of a run that is over, when they have all been sent. */
const whole = (run: Traced, read: (traceId: string) => Promise<readonly SeenSpan[]>) =>
  until(`all spans of ${run.id}`, async () => {
    const spans = await read(run.traceId);
    const arrived = run.steps.every(
      ({ name, attempts }) => !isStage(name) || processing(spans, name).length >= attempts.length,
    );
    const there = arrived && named(spans, 'run completed').length > 0;
    return there && orphans(spans).length === 0 ? spans : undefined;
  });
const isStage = (step: string) => (STAGES as readonly string[]).includes(step);
const received = (traceId: string) => Promise.resolve(receiver.of(traceId));

function expectOneTrace(run: Traced, spans: readonly SeenSpan[]): void {
  expect(spans.filter(({ parent }) => parent === undefined).map(({ name }) => name)).toEqual(['run support-email']);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  const [closing, ...more] = named(spans, 'run completed');
  expect(more).toEqual([]);
  expect(closing!.service).toBe('coordinator');
  expect(new Date(closing!.startMs).toISOString()).toBe(run.acceptedAt);
  expect(new Date(closing!.endMs).toISOString()).toBe(run.endedAt);
  for (const stage of STAGES) expect(processing(spans, stage).map(({ service }) => service)).toEqual([stage]);
  for (const span of STAGES.flatMap((stage) => processing(spans, stage))) {
    expect(span.startMs).toBeGreaterThanOrEqual(closing!.startMs);
    expect(span.endMs).toBeLessThanOrEqual(closing!.endMs);
    expect(ancestors(span, spans).at(-1)!.name).toBe('run support-email');
  }
}

function expectJoin(spans: readonly SeenSpan[]): void {
  const [classify, extract, retrieve] = ['classify', 'extract', 'retrieve'].map(
    (stage) => processing(spans, stage)[0]!,
  );
  expect(classify!.parent).not.toBe(extract!.spanId);
  expect(retrieve!.startMs).toBeGreaterThanOrEqual(Math.max(classify!.endMs, extract!.endMs) - 1);
  expect(retrieve!.links).toEqual(expect.arrayContaining([classify!.spanId, extract!.spanId]));
}

describe('a run on Kafka is one trace', () => {
  test('from acceptance to end, each stage under its own name, parallel steps side by side', async () => {
    const run = await completed(await api.start(CLEAR, 'clear'));
    const spans = await whole(run, received);
    expectOneTrace(run, spans);
    expectJoin(spans);
  });

  test('while it waits for a person nothing in its trace lacks a parent; the wait is a span when it is over', async () => {
    const id = await api.start(sample('ambiguous'), 'ambiguous');
    const { traceId } = (await api.settled(id, 'waiting')) as Traced;
    await until('the spans up to the review', () => {
      const spans = receiver.of(traceId);
      return processing(spans, 'route').length > 0 && orphans(spans).length === 0;
    });
    expect(named(receiver.of(traceId), 'run support-email')).toHaveLength(1);
    await api.post(`/v1/reviews/${id}.approve`, { answer: { approved: true }, by: 'ann' });
    const run = await completed(id);
    const spans = await whole(run, received);
    expectOneTrace(run, spans);
    const [wait] = named(spans, 'wait approve');
    expect(wait!.startMs).toBeGreaterThanOrEqual(Date.parse(run.acceptedAt));
    expect(wait!.endMs).toBeLessThanOrEqual(processing(spans, 'send')[0]!.startMs);
  });

  test('attempts of a step are siblings, the later one linked to the one before', async () => {
    const run = await completed(await api.start({ ...CLEAR, from: 'busy@example.com' }, 'busy'));
    const spans = await whole(run, received);
    const [first, second, ...more] = processing(spans, 'send');
    expect(more).toEqual([]);
    expect(first!.attributes.get('error.type')).toBe('MAIL_SERVER_UNAVAILABLE');
    expect(ancestors(first!, spans)).not.toContain(second!);
    expect(ancestors(second!, spans)).not.toContain(first!);
    expect(ancestors(second!, spans)[1]!.spanId).toBe(ancestors(first!, spans)[1]!.spanId);
    expect(second!.links).toContain(first!.spanId);
  });

  test('nothing that a customer wrote is in a span', async () => {
    const secret = 'swordfish';
    const input = { from: `${secret}@example.com`, subject: `Lost card ${secret}`, text: `${CLEAR.text} ${secret}` };
    const run = await completed(await api.start(input, 'discreet'));
    const spans = await whole(run, received);
    const said = JSON.stringify(spans.map(({ name, attributes }) => [name, ...attributes]));
    expect(said).toContain(run.id);
    expect(said).not.toContain(secret);
    expect(mails.taken.filter((mail) => mail.includes(secret))).toHaveLength(1);
  });

  const withJaeger = JAEGER && COLLECTOR ? test : test.skip;
  const where =
    JAEGER && COLLECTOR ? 'Jaeger' : 'Jaeger (skipped: JAEGER_QUERY_URL and OTEL_EXPORTER_OTLP_ENDPOINT are not set)';
  withJaeger(`${where} shows the same trace, nothing missing in it`, async () => {
    // A key of its own: the same key is the same trace, and Jaeger keeps those of earlier tests.
    const run = await completed(await api.start(CLEAR, house.prefix));
    const spans = await whole(run, (traceId) => jaegerSpans(JAEGER!, traceId));
    expectOneTrace(run, spans);
    expectJoin(spans);
  });
});
