import type { Incoming } from '@millrace/broker';
import {
  derivedId,
  eventRecord,
  type Fact,
  randomId,
  readTraceparent,
  topicsOf,
  traceparentText,
} from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { evolve } from '@millrace/saga';
import { ATTRIBUTE, type SpanRecord, type Spans } from '@millrace/telemetry';
import type { CoordinatorContext } from './context.js';
import { readRequest } from './sources/request.js';
import { BatchSpans, tellAgain } from './run-spans.js';

const RUN = randomId('run');
const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const accepted = { type: 'run.accepted', at: 1_000, pipeline: 'p', plan: 'h', source: 'i/0/0' } as const;
const requested = { type: 'step.requested', step: 'a', attempt: 1, at: 1_000, stage: 's' } as const;
const done: readonly Fact[] = [
  { type: 'step.completed', step: 'a', attempt: 1, at: 1_200, startedAt: 1_100, output: 1 },
  { type: 'run.completed', at: 1_250, output: 1 },
];

class Kept implements Spans {
  readonly on = true;
  readonly told: SpanRecord[] = [];
  readonly recorded: SpanRecord[] = [];
  private made = 0;

  now = () => 5_000;
  context = (parent: string) => this.derived({ traceId: readTraceparent(parent)!.traceId, parent });
  derived: Spans['derived'] = ({ traceId, spanId = String(++this.made).padStart(16, 'f'), parent }) => ({
    traceparent: traceparentText({ traceId, spanId, sampled: true }),
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: readTraceparent(parent)!.spanId }),
  });
  record = (span: SpanRecord) => void this.recorded.push(span);
  tell = (spans: readonly SpanRecord[]) => {
    this.told.push(...spans);
    return Promise.resolve();
  };
}

function coordinator(stored: readonly Fact[]) {
  const spans = new Kept();
  const context = {
    telemetry: { spans },
    topics: topicsOf('m.'),
    broker: { kind: 'kafka' },
    store: { writer: { load: () => Promise.resolve(new Map([[RUN, stored]])) } },
  } as unknown as CoordinatorContext;
  const batch = { topic: 'm.runs', startMs: 4_000, takenMs: 3_000 };
  return {
    spans,
    names: () => spans.recorded.map(({ name }) => name),
    commit: async (before: readonly Fact[], facts: readonly Fact[]) => {
      const run = evolve(undefined, RUN, [...before, ...facts]);
      const changed = { before: before.length === 0 ? undefined : evolve(undefined, RUN, before), run, facts };
      await new BatchSpans(context).committed([changed], batch);
    },
    takeOver: () => tellAgain(context, [{ topic: 'm.results', key: RUN, value: '{}' }]),
  };
}

test.each<[string, boolean, Fact]>([
  [
    'that the cache answered',
    true,
    { type: 'step.cached', step: 'a', attempt: 1, at: 1_400, output: 1, storedAt: 9, executedBy: RUN },
  ],
  ['that found nothing', false, { ...requested, at: 1_400 }],
])('a lookup %s is a span, which says so', async (_, isHit, answer) => {
  const lookup: Fact = { type: 'step.lookup', step: 'a', attempt: 1, at: 1_100, key: 'k', maxAgeMs: 1_000 };
  const { commit, spans } = coordinator([]);
  await commit([accepted, lookup], [answer]);
  const attributes = { [ATTRIBUTE.cacheHit]: isHit, [ATTRIBUTE.step]: 'a' };
  expect(spans.recorded.find(({ name }) => name === 'look up a')).toMatchObject({
    startMs: 1_100,
    endMs: 1_400,
    attributes,
  });
});

test('a coordinator that dies before it publishes leaves its runs’ spans to the next, which tells of them in the same words', async () => {
  const facts = [accepted, requested, ...done];
  const first = coordinator(facts);
  await first.commit([], facts);
  expect(first.spans.told.map(({ name }) => name)).toEqual(['accepted', 'run p']);
  const next = coordinator(facts);
  await next.takeOver();
  expect(next.spans.told).toEqual(first.spans.told);
});

test('a child run whose end was not published is told of by the next coordinator, though the record of its end is its parent’s', async () => {
  const parent = randomId('run');
  const child = derivedId('run', parent, 'embed[3]', '1');
  const spans = new Kept();
  const facts: readonly Fact[] = [accepted, requested, ...done];
  const stored = new Map([[child, facts]]);
  const load = (runs: readonly string[]) =>
    Promise.resolve(new Map(runs.flatMap((run) => (run === child ? [...stored] : []))));
  const topics = topicsOf('m.');
  const context = { telemetry: { spans }, topics, store: { writer: { load } } } as unknown as CoordinatorContext;
  const end = {
    type: 'step.completed',
    run: parent,
    step: 'embed[3]',
    attempt: 1,
    at: 1_250,
    startedAt: 1_000,
    output: 1,
  } as const;
  await tellAgain(context, [eventRecord(topics, end)]);
  expect(spans.told.map(({ name }) => name)).toEqual(['accepted', 'run p']);
});

test('a run’s span holds all that the run does: it begins with its first millisecond and ends with its last', async () => {
  const { spans, commit } = coordinator([]);
  await commit([], [accepted, requested, ...done]);
  const [moment, root] = spans.told;
  expect(root).toMatchObject({ startMs: 1_000, endMs: 1_250.999, attributes: { 'millrace.status': 'completed' } });
  expect(moment).toMatchObject({ isMoment: true, startMs: 1_000, context: { parentSpanId: root!.context.spanId } });
});

test('a run that waits has its span at once, the same one when it ends, and then one over all its time', async () => {
  const waits: Fact = { type: 'step.waiting', step: 'w', at: 1_300, kind: 'review' };
  const answered: Fact = { type: 'step.answered', step: 'w', at: 9_000, id: 'e', output: 1 };
  const { spans, names, commit } = coordinator([]);
  await commit([], [accepted]);
  await commit([accepted], [waits]);
  expect(spans.told.map(({ name }) => name)).toEqual(['accepted', 'run p']);
  const [, root] = spans.told;
  expect(root).toMatchObject({ endMs: 1_300.999, attributes: { 'millrace.status': 'waiting' } });
  await commit([accepted, waits], [answered, { type: 'run.completed', at: 9_100, output: 1 }]);
  expect(spans.told.slice(2).map(({ name }) => name)).toEqual(['accepted', 'run p', 'whole run']);
  expect(spans.told[3]).toEqual(root);
  expect(spans.told[4]).toMatchObject({ startMs: 1_000, endMs: 9_100.999 });
  expect(spans.recorded.find(({ name }) => name === 'wait w')).toMatchObject({ startMs: 1_300, endMs: 9_000 });
  expect(names()).toContain('store commit');
});

test('the time between a failed attempt and the next one is a span', async () => {
  const before: Fact[] = [
    accepted,
    requested,
    { type: 'step.failed', step: 'a', attempt: 1, at: 1_100, failure: { kind: 'transient', code: 'X', message: 'x' } },
    { type: 'step.retrying', step: 'a', attempt: 2, at: 1_100, due: 1_600 },
  ];
  const { spans, commit } = coordinator([]);
  await commit(before, [{ ...requested, attempt: 2, at: 1_610 }]);
  expect(spans.recorded.find(({ name }) => name === 'back off a')).toMatchObject({ startMs: 1_100, endMs: 1_610 });
});

const step = { retry: {}, predecessors: [] };
const stage = { ...step, kind: 'stage', stage: 's', input: null, timeoutMs: 1_000 };
const review = { ...step, kind: 'review', schema: {} };
const planOf = (steps: object) => loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps, output: null });

test.each([
  ['goes on with it', planOf({ stage }), {}, { trace: CALLER }],
  [
    'that may wait goes on with it',
    planOf({ stage, review: { ...review, when: 'input == 1' } }),
    {},
    { trace: CALLER },
  ],
  ['that is certain to wait is linked to it', planOf({ review }), {}, { link: CALLER }],
  [
    'that begins much later is linked to it',
    planOf({ stage }),
    { 'start-at': '2030-01-01T00:00:00Z' },
    { link: CALLER },
  ],
])('a run of a caller with a trace %s', (_, plan, headers, traced) => {
  const record = {
    ...{ topic: 'm.intake', partition: 0, offset: 0, timestamp: 1, key: null, value: Buffer.from('1') },
    headers: { pipeline: Buffer.from('p'), traceparent: Buffer.from(CALLER), ...headers },
  } as unknown as Incoming;
  const reading = readRequest(record, () => plan, { at: 1, keyIsIdempotent: false });
  expect('request' in reading && { trace: reading.request.trace, link: reading.request.link }).toEqual({
    trace: undefined,
    link: undefined,
    ...traced,
  });
});
