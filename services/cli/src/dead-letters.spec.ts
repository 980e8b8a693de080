import { EXIT } from './exit.js';
import { FakeGateway } from './testing/fake-gateway.js';

const RUN = 'run_00000000000000000000000000';
const at = '2026-01-31T09:00:00.000Z';
const letter = {
  id: 'dl_1',
  status: 'open',
  at,
  failure: { code: 'MODEL_BUSY', kind: 'transient', message: 'Busy.\u001b[2J', remedy: 'Wait.' },
  fingerprint: 'fp_1',
  run: RUN,
  step: 'draft',
  attempts: 1,
  tries: [{ attempt: 1, requestedAt: at, endedAt: at }],
  redrives: 2,
  notes: [{ at, text: 'Looking.', by: 'bob' }],
  tags: ['bank'],
  allowedActions: ['redrive', 'resolve'],
  links: {},
};
const job = {
  id: 'job_1',
  kind: 'redrive',
  status: 'completed',
  at,
  filter: { code: 'MODEL_BUSY' },
  total: 3,
  items: { waiting: 0, sent: 0, redriven: 2, resolved: 0, refused: 1, skipped: 0 },
  allowedActions: [],
  links: {},
};

test('groups of dead letters are a line each, with their counts, their trend and what they have in common', async () => {
  await using gateway = await FakeGateway.open();
  const group = {
    fingerprint: 'fp_1',
    failedAt: 'draft',
    code: 'MODEL_BUSY',
    pattern: 'Busy for #.',
    message: 'Busy for 3.',
  };
  const counted = { ...group, remedy: '', count: 12, open: 9, firstSeen: at, lastSeen: at, newest: 'dl_1', links: {} };
  const trend = { from: at, partMs: 1, counts: [0, 1, 8] };
  gateway.answers.set('/v1/dead-letters/groups?stage=draft&limit=50', { items: [{ ...counted, trend }] });
  const { exit, out } = await gateway.run('letters groups --stage draft');
  expect(exit).toBe(EXIT.ok);
  expect(out).toMatch(/fp_1 +12 +9 +MODEL_BUSY +draft .*·▁█ +Busy for #\./);
});

test('a dead letter is shown with its attempts, its notes and its group, and steers no terminal', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/dead-letters/dl_1', letter);
  const { out } = await gateway.run('dead-letter show dl_1');
  for (const part of ['1: 2026', 'fp_1', 'bob: Looking.', 'bank', '2 before', 'Wait.']) expect(out).toContain(part);
  expect(out).not.toContain('\u001b');
});

test.each<[string, string, object]>([
  ['dead-letter resolve dl_1', '/v1/dead-letters/dl_1/resolve', {}],
  ['dead-letter reopen dl_1', '/v1/dead-letters/dl_1/reopen', {}],
  ['dead-letter assign dl_1 bob', '/v1/dead-letters/dl_1/assign', { to: 'bob' }],
  ['dead-letter note dl_1 Looking', '/v1/dead-letters/dl_1/notes', { text: 'Looking' }],
  ['dead-letter tag dl_1 bank --remove new', '/v1/dead-letters/dl_1/tags', { add: ['bank'], remove: ['new'] }],
  ['dead-letter link dl_1 https://t.example/7', '/v1/dead-letters/dl_1/tickets', { url: 'https://t.example/7' }],
])('%s is sent with who and why', async (command, path, body) => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`POST ${path}`, letter);
  expect(await gateway.run(`${command} --by ann --reason because -o name`)).toMatchObject({
    exit: EXIT.ok,
    out: 'dl_1\n',
  });
  expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({ ...body, by: 'ann', reason: 'because' });
});

test.each<[string, object]>([
  ['--to 4', { to: 4 }],
  ['--to p_abc', { to: 'p_abc' }],
  ['--to 4 --dry-run', { to: 4, dryRun: true }],
  ['--max-redrives 3', { maxRedrives: 3 }],
  ['--json {"text":"Hi"}', { input: { text: 'Hi' } }],
])('dead-letter redrive dl_1 %s asks for just that, and prints the run', async (options, body) => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('POST /v1/dead-letters/dl_1/redrive', { id: RUN, links: {} });
  expect(await gateway.run(`dead-letter redrive dl_1 ${options} --by ann`)).toMatchObject({
    exit: EXIT.ok,
    out: `${RUN}\n`,
  });
  expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({ ...body, by: 'ann' });
});

test('a redrive that is refused says why and what to do, and ends with an error', async () => {
  await using gateway = await FakeGateway.open();
  const remedies = { UNKNOWN_VERSION: /pipeline versions/, DEAD_LETTER_TAKEN: /names who/, MOVE_REFUSED: /./ };
  for (const [code, remedy] of Object.entries(remedies) as [keyof typeof remedies, RegExp][]) {
    gateway.problems.set('/v1/dead-letters/dl_1/redrive', code);
    const { exit, out, err } = await gateway.run('dead-letter redrive dl_1 --to 4');
    expect([exit === EXIT.ok, out]).toEqual([false, '']);
    expect(err).toMatch(/^error Because/);
    expect(err.split('\n').at(-2)).toMatch(remedy);
  }
});

describe('job start', () => {
  test('begins a job over the letters of a filter, and shows how far it is', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/jobs', { id: 'job_1', links: {} });
    gateway.answers.set('/v1/jobs/job_1', job);
    const { out } = await gateway.run(
      'job start redrive --code MODEL_BUSY --rate 200 --max-redrives 3 --watch --by ann',
    );
    expect(out).toContain('3 of 3');
    expect(out).toMatch(/refused 1/);
    const asked = JSON.parse(gateway.asked.find(({ method }) => method === 'POST')!.body) as object;
    const work = { kind: 'redrive', filter: { code: 'MODEL_BUSY' }, perSecond: 200, maxRedrives: 3, by: 'ann' };
    expect(asked).toEqual(work);
  });

  test.each(['job start redrive', 'job start forget --all', 'job start redrive --since never'])(
    '%s asks for nothing, and says how to say it',
    async (command) => {
      await using gateway = await FakeGateway.open();
      expect((await gateway.run(command)).exit).toBe(EXIT.usage);
      expect(gateway.asked).toEqual([]);
    },
  );
});

test('a replay is asked for with what it is to take, and says how to follow and compare it', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`POST /v1/runs/${RUN}/replay`, { id: 'run_2', links: {} });
  const { out, err } = await gateway.run(
    `run replay ${RUN} --from draft --to 3 --set classify={"intent":"refund"} --allow-effects`,
  );
  expect(out).toBe('run_2\n');
  expect(err).toContain(`run diff ${RUN} run_2`);
  expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({
    ...{ from: 'draft', to: 3, outputs: { classify: { intent: 'refund' } }, allowEffects: true },
  });
});

test('a trail that was changed ends the check with an error', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/audit/check', { acts: 4, head: 'abc', broken: 5 });
  expect(await gateway.run('audit check')).toMatchObject({ exit: EXIT.error, out: 'Act 5 was changed or removed.\n' });
});

test('the audit trail is exported whole, the oldest act first, one line each', async () => {
  await using gateway = await FakeGateway.open();
  const acts = [1, 2, 3].map((seq) => ({ seq, id: `act_${seq}` }));
  gateway.answers.set('/v1/audit?by=ann&order=oldest&limit=200', { items: acts.slice(0, 2), next: 'more' });
  gateway.answers.set('/v1/audit?by=ann&order=oldest&limit=200&cursor=more', { items: acts.slice(2) });
  const { out, exit } = await gateway.run('audit export --by ann');
  expect([exit, out]).toEqual([EXIT.ok, acts.map((act) => JSON.stringify(act) + '\n').join('')]);
});

test('a comparison is asked for with the runs and the steps, and its report says what differs', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('POST /v1/jobs/compare', { id: 'job_1', links: {} });
  const job = { id: 'job_1', kind: 'compare', status: 'running', at: '2026-01-01T00:00:00.000Z' };
  const filter = { pipeline: 'claims' };
  gateway.answers.set('/v1/jobs/job_1', {
    ...job,
    filter,
    items: { same: 1 },
    total: 1,
    allowedActions: [],
    links: {},
  });
  const { err } = await gateway.run('job compare --pipeline claims --since 2026-01-01T00:00:00Z --step draft --to 3');
  expect(err).toContain('job report job_1');
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({
    ...{ runs: { pipeline: 'claims', since: '2026-01-01T00:00:00.000Z' }, to: 3, steps: ['draft'] },
  });
  const counts = { same: 8, different: 2 };
  const report = { job: 'job_1', ...counts, failed: 1, refused: 0, open: 0, outputs: counts };
  gateway.answers.set('/v1/jobs/job_1/comparison', { ...report, steps: [{ step: 'draft', ...counts, afterMs: 20 }] });
  const { out } = await gateway.run('job report job_1');
  expect(out).toContain('8 same, 2 different, 1 failed');
  expect(out).toMatch(/draft +8 +2 +- +20 ms/);
});

test('an erasure says what it would do and cannot reach, and begins with --yes alone', async () => {
  await using gateway = await FakeGateway.open();
  const unreachable = [{ place: 'backups', detail: 'Of the database.' }];
  gateway.answers.set('POST /v1/jobs/erase', { items: 3, unreachable });
  const { out, err } = await gateway.run('erase --attribute customer=ann@example.com --by dpo');
  expect([out, err]).toEqual([expect.stringContaining('backups: Of the database.'), expect.stringContaining('--yes')]);
  const attribute = { name: 'customer', value: 'ann@example.com' };
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ attribute, by: 'dpo', dryRun: true });
  gateway.answers.set('POST /v1/jobs/erase', { id: 'job_1', links: {} });
  expect((await gateway.run('erase --attribute customer=ann@example.com --yes -o name')).out).toBe('job_1\n');
  expect(JSON.parse(gateway.asked[1]!.body)).toEqual({ attribute });
  expect((await gateway.run('erase --attribute customer')).exit).toBe(EXIT.usage);
});

test('what became of a run is said with a typed value', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`POST /v1/runs/${RUN}/outcomes`, { id: 'out_1', links: {} });
  for (const value of ['4', 'true', 'late']) await gateway.run(`run outcome ${RUN} rating ${value} --by ann`);
  expect(gateway.asked.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
    [4, true, 'late'].map((value) => ({ name: 'rating', value, by: 'ann' })),
  );
});
