import { EXIT } from './exit.js';
import { FakeGateway } from './testing/fake-gateway.js';

const RUN = `run_${'a'.repeat(26)}`;
const record = (offset: number, more: object = {}) => ({
  partition: 0,
  offset,
  at: '2026-01-01T00:00:00.000Z',
  keyBytes: 1,
  valueBytes: 7,
  key: { form: 'text', text: 'k' },
  value: { form: 'json', text: '{"a":1}' },
  headers: [],
  ...more,
});
const page = (items: object[], more: object = {}) => ({
  items,
  looked: { records: items.length, bytes: 8 },
  ended: 'end',
  ...more,
});

let gateway: FakeGateway;
beforeEach(async () => (gateway = await FakeGateway.open()));
afterEach(() => gateway[Symbol.asyncDispose]());

test('topics are listed, and one of them shows its ends and the backlog of its groups', async () => {
  const topic = { name: 'millrace.runs', about: 'Events about runs.', partitions: 1, records: 3 };
  gateway.answers.set('/v1/topics', { items: [topic] });
  expect((await gateway.run('topic list')).out).toBe(
    'TOPIC          PARTITIONS  RECORDS\nmillrace.runs  1           3\n',
  );
  const groups = [{ name: 'coordinator', consumers: 1, backlog: 2, partitions: [] }];
  gateway.answers.set('/v1/topics/millrace.runs', { ...topic, ranges: [{ partition: 0, start: 0, end: 3 }], groups });
  expect((await gateway.run('topics get millrace.runs')).out).toBe(
    'Events about runs.\npartition 0  0 to 3\nGROUP        CONSUMERS  BACKLOG\ncoordinator  1          2\n',
  );
});

test('records are listed with what they say; a search that is not over goes on by itself', async () => {
  const says = { items: [{ type: 'run.woken', run: RUN }], total: 3 };
  const path = '/v1/topics/millrace.runs/records?partition=0&from=7&text=x';
  gateway.answers.set(`${path}&limit=2`, page([record(7, { says })], { next: 'c1', ended: 'time' }));
  gateway.answers.set(`${path}&cursor=c1&limit=1`, page([record(8)], { next: 'c2', ended: 'limit' }));
  const { exit, out, err } = await gateway.run('records list millrace.runs --partition 0 --from 7 --text x --limit 2');
  expect(exit).toBe(EXIT.ok);
  expect(out).toMatch(/0 +7 +2026-01-01T00:00:00.000Z +k +7 +run.woken \+2\n/);
  expect(out.split('\n')).toHaveLength(4);
  expect(err).toMatch('Looked at 1 records …');
  expect(err).toMatch('There are more: --cursor c2');
});

test('one record is shown whole: JSON indented, bytes in hexadecimal, and why it does not fit its topic', async () => {
  const path = '/v1/topics/t/records?partition=0&from=7&limit=1&contentBytes=2000000';
  gateway.answers.set(path, page([record(7, { headers: [{ name: 'h', form: 'text', text: 'v' }] })]));
  expect((await gateway.run('record get t 0 7')).out).toBe(
    't/0/7  2026-01-01T00:00:00.000Z\nkey    k\nheader h: v\nvalue  7 bytes\n{\n  "a": 1\n}\n',
  );
  gateway.answers.set(path, page([record(7, { value: { form: 'bytes', text: '/0E=' }, misfit: '/: no JSON' })]));
  expect((await gateway.run('record get t 0 7')).out).toMatch(
    /does not fit its topic: \/: no JSON[^]*000000 {2}ff 41 .*\.A/,
  );
  gateway.answers.set(path, page([record(9)]));
  expect(await gateway.run('record get t 0 7')).toMatchObject({ exit: EXIT.notFound });
});

test.each([
  'record list t --from latest',
  'record list t --partition -1',
  'record list t --at yesterday',
  'record get t 0 x',
])('"%s" is refused before anything is asked', async (args) => {
  expect((await gateway.run(args)).exit).toBe(EXIT.usage);
  expect(gateway.asked).toEqual([]);
});
