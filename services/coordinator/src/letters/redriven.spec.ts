import { loadPlan } from '@millrace/pipeline/engine';
import type { Broker, Incoming } from '@millrace/broker';
import { type Failure, topicsOf } from '@millrace/contracts';
import type { KeptLetter, Store } from '@millrace/store';
import { redriveOf } from './redriven.js';

const record = {
  topic: 'millrace.intake',
  partition: 1,
  offset: 7,
  timestamp: 1_700_000_000_000,
  key: Buffer.from([0xff, 1]).toString('base64'),
  value: Buffer.from('{"text":').toString('base64'),
  headers: { pipeline: 'reply', 'x-own': 'kept' },
};
const letter: KeptLetter = {
  id: 'dl_1',
  status: 'open',
  at: 1_700_000_000_000,
  failure: { code: 'INVALID_JSON', kind: 'permanent', message: 'No JSON.' },
  run: undefined,
  pipeline: 'reply',
  step: undefined,
  stage: undefined,
  attempts: 0,
  input: undefined,
  record,
  fingerprint: 'fp_1',
  assignee: undefined,
  desk: {},
};
const plan = loadPlan({
  format: 1,
  pipeline: 'reply',
  inputSchema: {},
  steps: { a: { kind: 'stage', stage: 'classify', input: null, retry: {}, timeoutMs: 1, predecessors: [] } },
  output: { $ref: ['a'] },
});

/** An installation with one plan whose log still has `browsed`. */
const needs = (browsed: readonly Incoming[] = []): Parameters<typeof redriveOf>[2] => ({
  runtime: {
    topics: topicsOf(),
    broker: {
      browse: () => Promise.resolve(browsed),
      partitionsOf: () => Promise.resolve(4),
      maxRecordBytes: 1_000_000,
    } as Pick<Broker, 'browse' | 'partitionsOf' | 'maxRecordBytes'>,
  },
  store: {
    reader: {
      deployed: {
        routes: () =>
          Promise.resolve(new Map([['reply', { current: plan.hash, before: undefined, canary: undefined }]])),
        livePlans: () => Promise.resolve([]),
      },
    },
  } as unknown as Pick<Store, 'reader'>,
  plans: { find: () => Promise.resolve(plan), target: () => Promise.resolve(undefined) },
});
const act = { id: 'act_1', at: 5, by: 'ann' };
const redrive = (
  over: Partial<Omit<typeof record, 'key'> & { key: string | null }> = {},
  browsed: readonly Incoming[] = [],
) => redriveOf({ ...letter, record: { ...record, ...over } }, act, needs(browsed));
const still = (over: Partial<Incoming> = {}): Incoming => {
  const { topic, partition, offset, timestamp } = record;
  return { topic, partition, offset, timestamp, key: null, value: Buffer.from('raw'), headers: {}, ...over };
};

describe('redriving an unreadable record', () => {
  test('publishes its original key, bytes and headers, so that doing it twice is still one run', async () => {
    expect(await redrive()).toEqual({
      topic: 'millrace.intake',
      key: Buffer.from([0xff, 1]),
      value: Buffer.from('{"text":'),
      headers: {
        pipeline: 'reply',
        'x-own': 'kept',
        'idempotency-key': 'dl_1',
        'millrace-dead-letter': 'dl_1',
        'millrace-redrives': '1',
      },
    });
  });

  test.each([
    ['goes to the partition that it came from', 1, 1],
    ['goes to any, where its topic no longer has that partition', 3_000_000_000, undefined],
  ])('a record without a key %s', async (_, from, to) => {
    const sent = (await redrive({ partition: from, key: null })) as { partition?: number };
    expect(sent).toMatchObject({ topic: 'millrace.intake', key: null });
    expect(sent.partition).toBe(to);
  });

  test('takes it from the log where that still has it, with headers that are no text', async () => {
    const binary = [Buffer.from([0xff]), Buffer.from([0xfe])];
    const headers = { 'x-bin': binary, 'idempotency-key': Buffer.from('mine'), 'millrace-redrives': Buffer.from('2') };
    expect(await redrive({}, [still({ headers })])).toMatchObject({
      key: null,
      value: Buffer.from('raw'),
      headers: {
        'x-bin': binary,
        'idempotency-key': Buffer.from('mine'),
        'millrace-dead-letter': 'dl_1',
        'millrace-redrives': '3',
      },
    });
  });

  test.each([
    'millrace.control',
    'millrace.plans',
    'millrace.pauses',
    'millrace.limits',
    'millrace.results',
    'millrace.dead-letters',
    'millrace.stage.nobody',
    'millrace.stage.',
    'payments',
    '__consumer_offsets',
    '',
  ])('is never sent to "%s", which Millrace takes nothing from, whatever the letter says', async (topic) => {
    expect(((await redrive({ topic }, [still({ topic })])) as Failure).code).toBe('REDRIVE_REFUSED');
  });

  test.each(['millrace.stage.classify', 'millrace.deployments'])(
    'is sent to %s only as it stands there already: who may write dead letters does not get to write commands',
    async (topic) => {
      expect(((await redrive({ topic })) as Failure).code).toBe('REDRIVE_REFUSED');
      expect(await redrive({ topic }, [still({ topic })])).toMatchObject({ topic, value: Buffer.from('raw') });
    },
  );
});
