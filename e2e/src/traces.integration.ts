import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import {
  type Fact,
  randomId,
  readTraceparent,
  type RunResult,
  runIdOf,
  traceIdsOf,
  traceparentText,
} from '@millrace/contracts';
import { Api, CLEAR, type RunView, sample } from './api.js';
import { traced } from './constructs/traced.js';
import { install, type Installation, STAGES } from './installation.js';
import { type MailServer, startMailServer } from './mail-server.js';
import { ROOT, until } from './processes.js';
import { ancestors, jaegerSpans, orphans, receiveSpans, type SeenSpan, type SpanReceiver } from './spans.js';
import { faultsOf } from './trace-faults.js';

const JAEGER = process.env['JAEGER_QUERY_URL'];
const COLLECTOR = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
const inJaeger = JAEGER !== undefined && COLLECTOR !== undefined;
const where = inJaeger
  ? 'Jaeger'
  : 'a collector (Jaeger was left out: JAEGER_QUERY_URL and OTEL_EXPORTER_OTLP_ENDPOINT are not set)';
/** Runs over which five processes are killed. */
const RUNS = Number(process.env['E2E_TRACES'] ?? 600);
/** A trace that nobody has had before. */
const CALLER = traceparentText({ ...traceIdsOf(randomUUID()), spanId: 'b7ad6b7169203331', sampled: true });

type Traced = RunView & { readonly traceId: string; readonly acceptedAt: string; readonly endedAt: string };

let receiver: SpanReceiver;
let mails: MailServer;
let installation: Installation;
let api: Api;
const opened = new AsyncDisposableStack();
beforeAll(async () => {
  receiver = opened.use(await receiveSpans(inJaeger ? COLLECTOR : undefined));
  mails = opened.use(await startMailServer());
  const file = (path: string) => pathToFileURL(`${ROOT}${path}`).href;
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=e2e',
    SMTP_URL: mails.url,
    PIPELINES: ['pipelines/support-email/dist/support-email.js', 'e2e/dist/constructs/traced.js'].map(file).join(),
  };
  const others = { 'stages-1': 'e2e/dist/constructs/main.js', 'stages-2': 'e2e/dist/constructs/main.js' };
  installation = opened.use(await install({ twice: ['coordinator'], others, env }));
  api = new Api(installation.gateway);
}, 300_000);
afterAll(() => opened.disposeAsync(), 60_000);

const read = (traceId: string): Promise<readonly SeenSpan[]> =>
  inJaeger ? jaegerSpans(JAEGER, traceId) : Promise.resolve(receiver.of(traceId));
const completed = async (id: string) => (await api.settled(id, 'completed')) as Traced;
const named = (spans: readonly SeenSpan[], name: string) =>
  spans.filter((span) => span.name === name).sort((a, b) => a.startMs - b.startMs);
/** Waits until a trace has spans of all these names. */
const spansWith = (traceId: string, ...names: readonly string[]) =>
  until(`the spans ${names.join(', ')}`, async () => {
    const spans = await read(traceId);
    return names.every((name) => named(spans, name).length > 0) ? spans : undefined;
  });
const one = (spans: readonly SeenSpan[], name: string): SeenSpan => {
  expect([name, named(spans, name).length]).toEqual([name, 1]);
  return named(spans, name)[0]!;
};
/** Keys are not used again: the same key is the same trace, and Jaeger keeps those of earlier tests. */
const key = (name: string) => `${installation.prefix}${name}`;

/** The spans of a run that is over, when they have all been sent. */
const whole = (run: Pick<Traced, 'id' | 'traceId'>) =>
  until(`all spans of ${run.id}`, async () => {
    const spans = await read(run.traceId);
    const facts = await api.get<{ items: Fact[] }>(`/v1/runs/${run.id}/history`);
    const attempts = facts.items.filter((fact) => fact.type !== 'run.accepted' && 'trace' in fact).length;
    const roots = spans.filter((span) => span.attributes.get('millrace.run') === run.id && /^run /.test(span.name));
    const steps = spans.filter((span) => span.attributes.get('millrace.run') === run.id && /^step /.test(span.name));
    return steps.length >= attempts && roots.length > 0 && orphansBut(spans).length === 0 ? spans : undefined;
  });
/** Somebody else's span is not ours to export. */
const orphansBut = (spans: readonly SeenSpan[]) =>
  orphans(spans).filter(({ parent }) => parent !== readTraceparent(CALLER)!.spanId);

async function ask(name: string, input: { parks?: boolean; asks?: boolean }): Promise<string> {
  const body = { pipeline: traced.name, input: { numbers: [1, 2, 3], parks: false, asks: false, ...input } };
  const answer = await api.post('/v1/runs', body, { 'idempotency-key': key(name) });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as RunView).id;
}

describe(`in ${where}`, () => {
  test('a run is one trace: each step under its own name and service, within the run, and where the table has it', async () => {
    const run = await completed(await api.start(CLEAR, key('clear')));
    const spans = await whole(run);
    expect(faultsOf(spans)).toEqual([]);
    const root = one(spans, 'run support-email');
    expect([root.startMs, root.endMs]).toEqual([Date.parse(run.acceptedAt), Date.parse(run.endedAt) + 0.999]);
    expect(ancestors(root, spans).map(({ name }) => name)).toEqual([
      `send ${installation.topics.intake}`,
      'POST /v1/runs',
    ]);
    for (const stage of STAGES) {
      const span = one(spans, `step ${stage}`);
      expect(span.service).toBe(stage);
      expect(
        ancestors(span, spans)
          .map(({ name }) => name)
          .slice(0, 2),
      ).toEqual(['accepted', 'run support-email']);
      expect([span.startMs >= root.startMs, span.endMs <= root.endMs]).toEqual([true, true]);
    }
    const [classify, extract] = [one(spans, 'step classify'), one(spans, 'step extract')];
    expect(one(spans, 'step retrieve').links).toEqual(expect.arrayContaining([classify.spanId, extract.spanId]));
    expect(named(spans, 'store commit').length).toBeGreaterThan(0);
    for (const send of spans.filter(({ name }) => name.startsWith('send ')))
      expect([...send.attributes]).toEqual(
        expect.arrayContaining([
          ['messaging.system', 'kafka'],
          ['messaging.operation.type', 'send'],
          ['messaging.destination.name', send.name.slice('send '.length)],
        ]),
      );
  });

  test('while a run waits for a person nothing in its trace lacks a parent; the wait is a span when it is over', async () => {
    const id = await api.start(sample('ambiguous'), key('ambiguous'));
    const { traceId } = (await api.settled(id, 'waiting')) as Traced;
    const before = await spansWith(traceId, 'run support-email', 'step route');
    expect(faultsOf(before)).toEqual([]);
    expect(one(before, 'run support-email').attributes.get('millrace.status')).toBe('waiting');
    await api.post(`/v1/reviews/${id}.approve`, { answer: { approved: true }, by: 'ann' });
    const run = await completed(id);
    const spans = await spansWith(traceId, 'whole run', 'step send', 'wait approve');
    expect(faultsOf(spans)).toEqual([]);
    const wait = one(spans, 'wait approve');
    expect(wait.startMs).toBeGreaterThanOrEqual(Date.parse(run.acceptedAt));
    expect(wait.endMs).toBeLessThanOrEqual(one(spans, 'step send').startMs + 0.999);
    const all = one(spans, 'whole run');
    expect([all.startMs, all.endMs]).toEqual([Date.parse(run.acceptedAt), Date.parse(run.endedAt) + 0.999]);
  });

  test('attempts of a step are siblings, the later one linked to the one before, the back-off between them', async () => {
    const run = await completed(await api.start({ ...CLEAR, from: 'busy@example.com' }, key('busy')));
    const spans = await whole(run);
    expect(faultsOf(spans)).toEqual([]);
    const [first, second, ...more] = named(spans, 'step send');
    expect(more).toEqual([]);
    expect(first!.attributes.get('error.type')).toBe('MAIL_SERVER_UNAVAILABLE');
    expect(second!.parent).toBe(first!.parent);
    expect(second!.links).toContain(first!.spanId);
    const backOff = one(spans, 'back off send');
    expect(backOff.endMs).toBeLessThanOrEqual(second!.startMs);
  });

  test('a map, a pipeline as a step, a wait, a dead letter that is redriven and a review stand where the table has them', async () => {
    const id = await ask('everything', { parks: true, asks: true });
    const parked = (await api.settled(id, 'dead-lettered')) as Traced;
    const { deadLetter: letter } = parked.steps.find(({ name }) => name === 'parked') as { deadLetter?: string };
    const before = await until('its root', async () => {
      const spans = await read(parked.traceId);
      return named(spans, 'run traced').length > 0 && orphansBut(spans).length === 0 ? spans : undefined;
    });
    expect(faultsOf(before)).toEqual([]);
    expect((await api.post(`/v1/dead-letters/${letter}/redrive`, {})).status).toBe(202);
    await api.settled(id, 'waiting');
    await api.post(`/v1/reviews/${id}.approve`, { answer: { yes: true }, by: 'ann' });
    const run = await completed(id);
    const spans = await spansWith(run.traceId, 'whole run', 'step total', 'wait approve');
    expect(faultsOf(spans)).toEqual([]);
    const names = new Set(spans.map(({ name }) => name));
    const expected = [
      ...['step each item 0', 'step each item 1', 'step each item 2', 'step again', 'back off again', 'wait rest'],
      ...['run traced-inner', 'step alone', 'step parked', 'wait approve', 'step total', 'whole run', 'store commit'],
    ];
    expect(expected.filter((name) => !names.has(name))).toEqual([]);
    expect(named(spans, 'step parked')).toHaveLength(2);
  });

  test('a caller’s trace goes on through the run, by HTTP and by a record’s header', async () => {
    const { traceId, spanId } = readTraceparent(CALLER)!;
    const body = { pipeline: traced.name, input: { numbers: [1], parks: false, asks: false } };
    const answer = await api.post('/v1/runs', body, { traceparent: CALLER });
    const { id: byHttp } = (await answer.json()) as RunView;
    const headers = { pipeline: traced.name, 'idempotency-key': key('by-kafka'), traceparent: CALLER };
    await installation.broker.publish([
      { topic: installation.topics.intake, key: null, value: JSON.stringify(body.input), headers },
    ]);
    const byKafka = runIdOf(traced.name, key('by-kafka'));
    await until('it is taken on', () =>
      api.run(byKafka).then(
        () => true,
        () => false,
      ),
    );
    for (const id of [byHttp, byKafka]) {
      const run = await completed(id);
      expect(run.traceId).toBe(traceId);
      const spans = await whole(run);
      expect(faultsOf(spans, spanId)).toEqual([]);
      const root = spans.find((span) => span.name === 'run traced' && span.attributes.get('millrace.run') === id)!;
      expect([root, ...ancestors(root, spans)].at(-1)!.parent).toBe(spanId);
    }
  });

  test('nothing that a customer wrote is in a span', async () => {
    const secret = 'swordfish';
    const input = { from: `${secret}@example.com`, subject: `Lost card ${secret}`, text: `${CLEAR.text} ${secret}` };
    const run = await completed(await api.start(input, key('discreet')));
    const spans = await whole(run);
    const said = JSON.stringify(spans.map(({ name, attributes }) => [name, ...attributes]));
    expect(said).toContain(run.id);
    expect(said).not.toContain(secret);
    expect(mails.taken.filter((mail) => mail.includes(secret))).toHaveLength(1);
  });

  test('with five processes killed, no run is without a root and no span without its parent', async () => {
    const keys = Array.from({ length: RUNS }, (_, n) => `${randomId('key')}-${n}`);
    const value = JSON.stringify({ numbers: [1, 2], parks: false, asks: false });
    await installation.broker.publish(
      keys.map((name) => ({
        topic: installation.topics.intake,
        key: null,
        value,
        headers: { pipeline: traced.name, 'idempotency-key': name },
      })),
    );
    const runs = new Set(keys.map((name) => runIdOf(traced.name, name)));
    const ended = async () => {
      const results = (await installation.read(installation.topics.results)).map(
        (record) => JSON.parse(record.value!.toString()) as RunResult,
      );
      return results.filter(({ run }) => runs.has(run)).length;
    };
    for (const name of ['coordinator-1', 'stages-1', 'coordinator-2', 'stages-2', 'coordinator-1']) {
      const before = await ended();
      await until(`some more end before ${name} is killed`, async () => {
        const now = await ended();
        return now > before + RUNS / 20 || now === RUNS;
      });
      await installation.services.get(name)!.kill9();
    }
    await until('all runs end', async () => (await ended()) === RUNS, 600_000);
    const faults = new Map<string, readonly string[]>();
    for (const run of runs) {
      const { traceId } = traceIdsOf(run);
      const spans = await until(
        `the root of ${run}`,
        async () => {
          const found = await read(traceId);
          return found.some(
            ({ name, attributes }) => name === 'run traced' && attributes.get('millrace.run') === run,
          ) && orphans(found).length === 0
            ? found
            : undefined;
        },
        20_000,
      ).catch(() => read(traceId));
      if (!spans.some(({ name }) => name === 'run traced')) faults.set(run, ['it has no root']);
      else if (faultsOf(spans).length > 0) faults.set(run, faultsOf(spans));
    }
    expect(Object.fromEntries(faults)).toEqual({});
  }, 1_200_000);
});
