import { once } from 'node:events';
import type { Outgoing } from '@millrace/broker';
import { Problem, RecordList, TopicList, TopicView } from '@millrace/contracts/http';
import { World } from '../testing/world.js';

const TOPIC = 'millrace.stage.classify';
const RUN = `run_${'a'.repeat(26)}`;

const get = async (world: World, path: string) => {
  const answer = await fetch(world.url + path);
  return { status: answer.status, body: (await answer.json()) as unknown };
};
const records = async (world: World, query: string, topic = TOPIC) =>
  RecordList.parse((await get(world, `/v1/topics/${topic}/records?${query}`)).body);
const values = ({ items }: RecordList) => items.map(({ value }) => value?.text);
const problem = async (world: World, path: string) => {
  const { status, body } = await get(world, path);
  return [status, Problem.parse(body).code];
};

/** Publishes the values 0 to n−1, one a millisecond, to the partitions in turn. */
function number(world: World, n: number, more: Partial<Outgoing> = {}): void {
  for (let i = 0; i < n; i++)
    world.topicLog.add({ topic: TOPIC, partition: i % 4, key: `key-${i % 2}`, value: `${i}`, ...more }, 1_000 + i);
}

describe('the list of topics', () => {
  test('has those of the installation, with what they are for, and no others', async () => {
    await using world = await World.open();
    number(world, 3);
    world.topicLog.add({ topic: 'payments', key: null, value: '{}' });
    world.topicLog.add({ topic: 'millrace.intake', key: null, value: '{}' });
    const { items } = TopicList.parse((await get(world, '/v1/topics')).body);
    expect(items).toEqual([
      {
        name: 'millrace.intake',
        about: expect.stringContaining('Asks for a run') as string,
        partitions: 4,
        records: 1,
      },
      {
        name: TOPIC,
        about: expect.stringContaining('Asks a stage') as string,
        stage: 'classify',
        partitions: 4,
        records: 3,
      },
    ]);
    for (const path of ['', '/records'])
      expect(await problem(world, `/v1/topics/payments${path}`)).toEqual([404, 'UNKNOWN_TOPIC']);
    expect(await problem(world, '/v1/topics/millrace.nothing')).toEqual([404, 'UNKNOWN_TOPIC']);
  });

  test('has the topics that are configured, where they exist', async () => {
    await using world = await World.open({ shownTopics: ['payments', 'refunds'] });
    world.topicLog.add({ topic: 'payments', key: 'a', value: 'plain words' });
    const { items } = TopicList.parse((await get(world, '/v1/topics')).body);
    expect(items).toEqual([{ name: 'payments', partitions: 4, records: 1 }]);
    const { items: found } = await records(world, '', 'payments');
    expect(found).toMatchObject([{ value: { form: 'text', text: 'plain words' } }]);
    expect(found[0]).not.toHaveProperty('says');
  });

  test('one topic says how far each group is, also the one of Millrace that has committed nothing', async () => {
    await using world = await World.open();
    number(world, 8);
    world.topicLog.committed.set(TOPIC, new Map([['reports', [2, 1, 0, 2]]]));
    const { ranges, groups } = TopicView.parse((await get(world, `/v1/topics/${TOPIC}`)).body);
    expect(ranges[3]).toEqual({ partition: 3, start: 0, end: 2 });
    expect(groups).toMatchObject([
      { name: TOPIC, consumers: 1, backlog: 8 },
      { name: 'reports', backlog: 3 },
    ]);
    expect(groups[1]!.partitions[1]).toEqual({ partition: 1, committed: 1, backlog: 1 });
  });
});

describe('the records of a topic', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
    number(world, 40);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('come newest first, over all partitions, and go on with the cursor', async () => {
    const first = await records(world, 'limit=3');
    expect([values(first), first.ended]).toEqual([['39', '38', '37'], 'limit']);
    const second = await records(world, `limit=3&cursor=${first.next}`);
    expect(values(second)).toEqual(['36', '35', '34']);
    const all = [...values(first), ...values(second)];
    for (let next = second.next; next !== undefined;) {
      const page = await records(world, `limit=3&cursor=${next}`);
      all.push(...values(page));
      next = page.next;
    }
    expect(all).toEqual(Array.from({ length: 40 }, (_, n) => `${39 - n}`));
  });

  test.each([
    ['an offset of a partition', 'partition=1&from=2&limit=3', ['9', '13', '17']],
    ['before an offset', 'partition=1&from=2&limit=3&order=newest', ['5', '1']],
    ['the beginning', 'from=oldest&limit=3', ['0', '1', '2']],
    ['a time', 'at=1970-01-01T00:00:01.020Z&limit=3', ['20', '21', '22']],
    ['before a time', 'at=1970-01-01T00:00:01.020Z&order=newest&limit=3', ['19', '18', '17']],
    ['behind the end', 'partition=1&from=1000', []],
  ])('begin at %s', async (_, query, expected) => {
    expect(values(await records(world, query))).toEqual(expected);
  });

  test('are found by partition, key and text, and the answer says how many were looked at', async () => {
    expect(values(await records(world, 'partition=2&limit=2'))).toEqual(['38', '34']);
    expect(values(await records(world, 'key=key-1&limit=3'))).toEqual(['39', '37', '35']);
    const found = await records(world, 'text=KEY-0&limit=2&order=oldest');
    expect([values(found), found.looked.records]).toEqual([['0', '2'], 3]);
    const none = await records(world, 'text=nowhere');
    expect(none).toMatchObject({ items: [], looked: { records: 40 }, ended: 'end' });
    expect(none).not.toHaveProperty('next');
  });

  test.each([
    ['an offset without a partition', 'from=7', 'INVALID_REQUEST'],
    ['a partition that does not exist', 'partition=4', 'INVALID_REQUEST'],
    ['no offset', 'from=newest', 'INVALID_REQUEST'],
    ['no time', 'at=yesterday', 'INVALID_REQUEST'],
    ['too many', 'limit=201', 'INVALID_REQUEST'],
    ['a parameter that is none', 'offset=7', 'INVALID_REQUEST'],
  ])('are refused for %s', async (_, query, code) => {
    expect(await problem(world, `/v1/topics/${TOPIC}/records?${query}`)).toEqual([400, code]);
  });

  test('a cursor of another question is refused', async () => {
    const { next } = await records(world, 'limit=1');
    const path = `/v1/topics/${TOPIC}/records?limit=1&text=3&cursor=${next}`;
    expect(await problem(world, path)).toEqual([400, 'INVALID_CURSOR']);
  });
});

describe('a record', () => {
  const shown = async (given: Partial<Outgoing>, { topic = TOPIC, query = '' } = {}) => {
    await using world = await World.open();
    world.topicLog.add({ topic, key: 'k', value: '{}', ...given });
    return (await records(world, query, topic)).items[0]!;
  };

  test('of Millrace’s says what it is: its events, with their runs and steps', async () => {
    const events = [
      { type: 'run.woken', run: RUN, at: 1 },
      { type: 'step.recalled', run: RUN, step: 'draft', at: 2 },
    ];
    const record = await shown({ value: JSON.stringify(events), key: null }, { topic: 'millrace.runs' });
    expect(record.says).toEqual({
      items: [
        { type: 'run.woken', run: RUN },
        { type: 'step.recalled', run: RUN, step: 'draft' },
      ],
      total: 2,
    });
    expect(record).not.toHaveProperty('misfit');
  });

  test('that is not what its topic is for says why', async () => {
    const record = await shown({ value: '[{"type":"run.dreamt"}]', key: null }, { topic: 'millrace.runs' });
    expect(record.misfit).toMatch(/^\/0/);
    expect((await shown({ value: 'no JSON' })).misfit).toMatch('cannot be parsed');
  });

  test.each([
    ['JSON', '{"a":1}', 'json', '{"a":1}'],
    ['text', 'Dear Ana\nyour refund', 'text', 'Dear Ana\nyour refund'],
    ['text that only looks like JSON', '{"a":', 'text', '{"a":'],
    ['bytes', Buffer.from([0xff, 0xfe, 0]), 'bytes', '//4A'],
    ['bytes that are control characters', Buffer.from([1, 2, 3]), 'bytes', 'AQID'],
    ['nothing', '', 'text', ''],
  ])('with %s is shown as that', async (_, value, form, text) => {
    expect((await shown({ value })).value).toEqual({ form, text });
  });

  test('without a value is a tombstone', async () => {
    const record = await shown({ value: null });
    expect(record).not.toHaveProperty('value');
    expect(record).not.toHaveProperty('valueBytes');
    expect(record).not.toHaveProperty('misfit');
  });

  test('has its headers, each as often as it came', async () => {
    const record = await shown({ headers: { tenant: 'acme', raw: Buffer.from([0xff]) } });
    expect(record.headers).toEqual([
      { name: 'tenant', form: 'text', text: 'acme' },
      { name: 'raw', form: 'bytes', text: '/w==' },
    ]);
  });

  test('that is large is cut between characters, and whole when asked for', async () => {
    const value = JSON.stringify('é'.repeat(5_000));
    const record = await shown({ value }, { query: 'contentBytes=100' });
    expect(record).toMatchObject({ valueBytes: 10_002, value: { form: 'json', cut: true } });
    expect(value.startsWith(record.value!.text)).toBe(true);
    expect((await shown({ value }, { query: 'contentBytes=2000000' })).value).toEqual({ form: 'json', text: value });
  });
});

test('a gateway that hides content shows places, sizes and types, and cannot be asked what records hold', async () => {
  await using world = await World.open({ recordContent: 'hidden' });
  const value = JSON.stringify([{ type: 'step.dreamt', run: RUN, secret: 'iban' }]);
  world.topicLog.add({ topic: 'millrace.runs', key: 'secret-key', value, headers: { token: 'secret' } });
  const answer = await get(world, '/v1/topics/millrace.runs/records');
  expect(JSON.stringify(answer.body)).not.toMatch(/secret|iban/);
  expect(RecordList.parse(answer.body).items).toMatchObject([
    { offset: 0, keyBytes: 10, valueBytes: value.length, says: { items: [{ type: 'step.dreamt', run: RUN }] } },
  ]);
  expect(TopicList.parse((await get(world, '/v1/topics')).body).contentHidden).toBe(true);
  for (const query of ['text=iban', 'key=secret-key'])
    expect(await problem(world, `/v1/topics/millrace.runs/records?${query}`)).toEqual([403, 'CONTENT_HIDDEN']);
});

test('a search whose caller leaves reads no more', async () => {
  await using world = await World.open();
  number(world, 400);
  const leaves = new AbortController();
  const ended = new Promise<void>((resolve) => {
    // A reading that takes until nobody wants it.
    world.topicLog.browse = async ({ signal }) => {
      leaves.abort();
      await once(signal!, 'abort');
      resolve();
      return [];
    };
  });
  const gone = fetch(`${world.url}/v1/topics/${TOPIC}/records?partition=0`, { signal: leaves.signal });
  await expect(gone).rejects.toThrow();
  await ended;
});

test('more searches than a gateway takes at once are refused, and may be tried again', async () => {
  await using world = await World.open();
  number(world, 4);
  const { browse } = world.topicLog;
  let begun = 0;
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const all = new Promise<void>((resolve) => {
    world.topicLog.browse = async (at) => {
      if (++begun === 8) resolve();
      await gate;
      return browse(at);
    };
  });
  const path = `/v1/topics/${TOPIC}/records?partition=0`;
  const eight = Array.from({ length: 8 }, () => get(world, path));
  await all;
  expect(await problem(world, path)).toEqual([503, 'TOO_MANY_SEARCHES']);
  go();
  expect((await Promise.all(eight)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect((await get(world, path)).status).toBe(200);
});
