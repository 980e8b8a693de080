import { FakeGateway, RUN } from './testing/fake-gateway.js';

const report = (request: object = {}) => ({
  id: 'rec_1',
  status: 'done',
  applied: false,
  since: 0,
  partitions: [
    {
      topic: 'millrace.intake',
      partition: 0,
      standing: 'even',
      store: 7,
      group: 7,
      start: 0,
      from: 7,
      until: 7,
      gone: 0,
    },
    {
      topic: 'millrace.runs',
      partition: 1,
      standing: 'behind',
      store: 4,
      group: 9,
      start: 6,
      from: 4,
      until: 9,
      gone: 2,
    },
  ],
  runs: 3,
  results: 2,
  published: 0,
  missing: [{ run: RUN, gone: 'events', status: 'completed', result: true }],
  ...request,
});

async function gatewayWith(answer: object): Promise<FakeGateway> {
  const gateway = await FakeGateway.open();
  gateway.answers.set('POST /v1/recoveries', { id: 'rec_1', links: {} });
  gateway.answers.set('/v1/recoveries/rec_1', answer);
  return gateway;
}

test('without --apply it changes nothing, shows where database, group and topic stand, and names the runs that lack something', async () => {
  await using gateway = await gatewayWith(report());
  const { exit, out } = await gateway.run('recover');
  expect(exit).toBe(0);
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ apply: false });
  expect(out).toMatch(/millrace\.runs +1 +4 +9 +6 +3 +2/);
  expect(out).not.toContain('millrace.intake');
  expect(out).toMatch(new RegExp(`${RUN} +part of what happened is gone +completed +stands on results`));
  expect(out).toContain('millrace recover --apply');
});

test('records of triggers that gather are named: nobody reads them again', async () => {
  const part = { trigger: 'digest/mails', topic: 'mails', partition: 2, from: 40, until: 57 };
  await using gateway = await gatewayWith(report({ gathered: [part] }));
  const { out } = await gateway.run('recover');
  expect(out).toContain('publish those again that are part of no run');
  expect(out).toMatch(/digest\/mails +mails +2 +40 +57/);
});

test('with --apply it asks for it, with who and why, and -o json is the report', async () => {
  const done = report({ applied: true, published: 1, missing: [] });
  await using gateway = await gatewayWith(done);
  const { out } = await gateway.run('recover --apply --by ann --reason restored -o json');
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ apply: true, by: 'ann', reason: 'restored' });
  expect(JSON.parse(out)).toEqual(done);
});

test('where the database lacks nothing it says so', async () => {
  await using gateway = await gatewayWith(report({ partitions: report().partitions.slice(0, 1), missing: [] }));
  expect((await gateway.run('recover')).out).toContain('There is nothing to recover');
});
