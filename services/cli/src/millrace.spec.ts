import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '@millrace/contracts';
import type { ProblemCode } from '@millrace/contracts/http';
import { loadModels } from './commands/train.js';
import { EXIT } from './exit.js';
import { FakeGateway, RUN, runIn, runView, stepView } from './testing/fake-gateway.js';

const accepted = { id: RUN, status: 'running', links: {} };
const at = 1_767_225_600_000;
const began: Fact[] = [
  { type: 'run.accepted', at, pipeline: 'reply', plan: 'p1', input: {}, source: 'intake/0/0' },
  { type: 'step.requested', at, step: 'classify', attempt: 1, stage: 'classify', timeoutMs: 1_000 },
  {
    type: 'step.completed',
    at: at + 12,
    step: 'classify',
    attempt: 1,
    startedAt: at,
    output: { intent: 'refund-not-received', confidence: 0.9412 },
  },
];
const done: Fact[] = [...began, { type: 'run.completed', at: at + 20, output: { text: 'Dear Ann' } }];
const failure = { code: 'STAGE_THREW', kind: 'transient', message: 'It \u001b[31mbroke' } as const;

const pipelineView = (inputSchema: object) => ({
  name: 'reply',
  plan: 'p1',
  deployedAt: new Date(at).toISOString(),
  inputSchema,
  definition: {},
  mermaid: '',
  links: {},
});

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe('run start', () => {
  test('sends a mail as its bytes and says the id, alone, on standard output', async () => {
    await using gateway = await FakeGateway.open();
    await using dir = await folder();
    await writeFile(join(dir.path, 'a.eml'), 'Subject: Hi\r\n\r\nHello');
    gateway.answers.set('POST /v1/runs?pipeline=reply', accepted);
    const { exit, out, err } = await gateway.run('run start reply a.eml --idempotency-key k1', { cwd: dir.path });
    expect([exit, out]).toEqual([EXIT.ok, `${RUN}\n`]);
    expect(err).toContain(`millrace run watch ${RUN}`);
    expect(gateway.asked).toEqual([
      expect.objectContaining({ type: 'message/rfc822', key: 'k1', body: 'Subject: Hi\r\n\r\nHello' }),
    ]);
  });

  test.each([
    ['fields', 'run start reply -i text=Hello -i n=3 -i ok=true', undefined, { text: 'Hello', n: 3, ok: true }],
    [
      'what would be another number as the text that it is',
      'run start reply -i version=1.10 -i zip=01234 -i account=9007199254740993 -i n=1.5 -i hex=1e3',
      undefined,
      { version: '1.10', zip: '01234', account: '9007199254740993', n: 1.5, hex: '1e3' },
    ],
    ['JSON', 'run start reply --json {"text":"Hello"}', undefined, { text: 'Hello' }],
    ['JSON from standard input', 'run start reply -', '{"text":"Hello"}', { text: 'Hello' }],
  ])('sends %s as JSON', async (_, args, stdin, input) => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    expect((await gateway.run(args, stdin === undefined ? {} : { stdin })).exit).toBe(EXIT.ok);
    expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({ pipeline: 'reply', input });
  });

  test.each([
    ['amount=1.50', 1.5],
    ['amount=2', 2],
    ['count=3', 3],
    ['code=5', '5'],
    ['code=1.50', '1.50'],
    ['code=true', 'true'],
    ['code="5"', '5'],
    ['either=1.5', 1.5],
    ['either=1.50', '1.50'],
    ['ok=true', true],
    ['other=7', 7],
    ['amount=soon', 'soon'],
  ])('reads the field %s as the type that the pipeline says', async (pair, value) => {
    const properties = {
      amount: { type: 'number' },
      count: { type: 'integer' },
      code: { type: 'string' },
      either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      ok: { type: 'boolean' },
    };
    await using gateway = await FakeGateway.open();
    gateway.answers.set('GET /v1/pipelines/reply', pipelineView({ type: 'object', properties }));
    gateway.answers.set('POST /v1/runs', accepted);
    expect((await gateway.run(`run start reply -i ${pair}`)).exit).toBe(EXIT.ok);
    expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({
      pipeline: 'reply',
      input: { [pair.split('=')[0]!]: value },
    });
  });

  test('refuses a number that JSON cannot hold where the pipeline wants a number', async () => {
    await using gateway = await FakeGateway.open();
    const properties = { amount: { type: 'number' } };
    gateway.answers.set('GET /v1/pipelines/reply', pipelineView({ type: 'object', properties }));
    for (const text of ['9007199254740993', '1e400']) {
      const { exit, err } = await gateway.run(`run start reply -i amount=${text}`);
      expect([exit, err]).toEqual([
        EXIT.usage,
        expect.stringContaining(`amount is ${text}, which no JSON number holds`),
      ]);
    }
  });

  test('takes anything else from standard input for a mail', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs?pipeline=reply', accepted);
    await gateway.run('run start reply -', { stdin: 'Subject: Hi\n\nHello' });
    expect(gateway.asked[0]).toMatchObject({ type: 'message/rfc822' });
  });

  test.each([
    'run start reply --json {} --wait abc',
    'run start reply --json {} --wait 0 --watch',
    'run start reply --json {} --wait -1',
    'run start reply --json {} --at tomorrow',
    'run start reply --json {} --at 9',
    'run start reply --json {} --at 2027-02-30T09:00:00Z',
    'run start reply --json {} --at 2099-02-28T09:00:00',
    'run start reply --json {} --at 2099-02-28',
    'run start reply --json {} --at 2024-05-01T09:00:00Z',
    'run start reply --json {} --delay 99999999999d',
    'run start reply --json {} --delay 1w',
    'run start reply --json {} --delay 0s',
    'run start reply --json {} --delay 2h --at 2099-02-28T09:00:00Z',
    'stage limit draft --concurrency two',
    'stage limit draft --concurrency 2 --none',
    'stage limit draft --rate 0',
    'run list --limit 0',
    'review list --limit many',
    'dead-letter list --limit -1',
  ])('asks for nothing where a time or a number cannot be read: `%s`', async (args) => {
    await using gateway = await FakeGateway.open();
    const { exit, out, err } = await gateway.run(args);
    expect([exit, out, gateway.asked]).toEqual([EXIT.usage, '', []]);
    expect(err).toMatch(/--(wait|at|delay|concurrency|rate|none|limit)/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('a pipeline that is not there is named once', async () => {
    await using gateway = await FakeGateway.open();
    gateway.problems.set('/v1/runs', 'UNKNOWN_PIPELINE');
    const { err } = await gateway.run('run start nothing --json {}');
    expect(err).toBe('error Because.\nCheck the name: the command "pipeline list" shows the deployed pipelines.\n');
  });

  test('a file that is not there is named once, in words', async () => {
    await using gateway = await FakeGateway.open();
    const { exit, err } = await gateway.run('run start reply nothing.json');
    expect([exit, err]).toEqual([EXIT.usage, 'error nothing.json cannot be read: there is no such file.\n']);
  });

  test('a time is the one that was meant, whatever its offset', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    await gateway.run('run start reply --json {} --at 2099-01-31T09:00:00+01:00');
    expect(JSON.parse(gateway.asked[0]!.body)).toMatchObject({ startAt: '2099-01-31T08:00:00.000Z' });
  });

  test.each([
    'run start reply',
    'run start reply a.eml --json {}',
    'run start reply --json {',
    'run start reply nope.json',
    'run start reply -i text',
    'run start reply -i text=a -i text=b',
    'run start reply -i ids=[9007199254740993]',
    'run start reply --json {"amount":1e400}',
    'run start reply --json {"a":1,"a":2}',
    'run start reply --json {"text":"\\u0000"}',
    'run nope',
    'run get ..',
    'pipeline check /dev/zero',
    'pipeline canary reply --to abc --share 5%',
    'pipeline rollback reply --to 1.5',
    'run list -o xml',
  ])('is told what is wrong with `%s`', async (args) => {
    await using gateway = await FakeGateway.open();
    const { exit, out, err } = await gateway.run(args);
    expect([exit, out]).toEqual([EXIT.usage, '']);
    expect(err).not.toBe('');
    expect(gateway.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each([
    [
      'run start reply --json {"lines":[{"amount":1e400}]}',
      undefined,
      '--json cannot be sent as it is, at /lines/0/amount',
    ],
    ['run start reply -', '{"account":9007199254740993}', 'Standard input cannot be sent as it is, at /account'],
    ['review answer r.approve -s ids=[9007199254740993]', undefined, 'ids cannot be sent as it is, at /0'],
  ])('is told where a number is that nobody could keep: `%s`', async (args, stdin, said) => {
    await using gateway = await FakeGateway.open();
    const { exit, err } = await gateway.run(args, stdin === undefined ? {} : { stdin });
    expect(exit).toBe(EXIT.usage);
    expect(err).toContain(said);
    expect(gateway.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('--watch says a line for each fact and ends with the text of the output', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ output: { text: 'Dear Ann' } }));
    gateway.streams.push(done);
    const { exit, out, err } = await gateway.run('run start reply --json {} --watch');
    expect([exit, out]).toEqual([EXIT.ok, 'Dear Ann\n']);
    expect(err).toMatch(/0\.012s ✓ classify +refund-not-received 0\.94 +12 ms/);
    expect(err).toContain('✓ completed');
  });

  test('--watch says what a step came to as its stage has said it, on one line', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ output: { text: 'Dear Ann' } }));
    const summary = 'About \u001b[31ma refund,\nurgency high';
    gateway.streams.push(done.map((fact) => (fact.type === 'step.completed' ? { ...fact, summary } : fact)));
    const { err } = await gateway.run('run start reply --json {} --watch');
    expect(err).toMatch(/0\.012s ✓ classify +About [^\n\u001b]*a refund, urgency high +12 ms\n/);
    expect(err).not.toContain('refund-not-received');
  });

  test('--wait says only how it came out', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ output: { text: 'Dear Ann' } }));
    gateway.streams.push(done);
    const { exit, out, err } = await gateway.run('run start reply --json {} --wait -o json');
    expect(exit).toBe(EXIT.ok);
    expect(JSON.parse(out)).toMatchObject({ id: RUN, status: 'completed' });
    expect(err).not.toContain('classify');
  });
});

describe('run watch', () => {
  test('goes on where it was when the connection is lost', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'running' }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: done.map((fact, n) => ({ seq: n + 1, ...fact })) });
    gateway.streams.push(done.slice(0, 2), done);
    const watching = gateway.run(`run watch ${RUN} -o jsonl`);
    while (gateway.streams.length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ output: 'Dear Ann' }));
    const { exit, out } = await watching;
    expect(exit).toBe(EXIT.ok);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Fact).type)).toEqual(done.map(({ type }) => type));
  });

  test('a run that waits is told with the command that answers it', async () => {
    await using gateway = await FakeGateway.open();
    const waiting: Fact[] = [
      ...began,
      { type: 'step.waiting', at: at + 15, step: 'approve', kind: 'review', show: {} },
    ];
    const approve = stepView('approve', { kind: 'review', status: 'waiting', allowedActions: ['answer'] });
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'waiting', steps: [approve] }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: waiting.map((fact, n) => ({ seq: n + 1, ...fact })) });
    gateway.answers.set(`/v1/reviews/${RUN}.approve`, {
      id: `${RUN}.approve`,
      run: RUN,
      step: 'approve',
      kind: 'review',
      pipeline: 'reply',
      status: 'open',
      since: '2026-01-01T00:00:00.000Z',
      schema: { type: 'object', properties: { approved: { type: 'boolean' }, text: {} }, required: ['approved'] },
      allowedActions: ['answer'],
      links: {},
    });
    gateway.streams.push(waiting);
    const { exit, out, err } = await gateway.run(`run watch ${RUN}`);
    expect([exit, out]).toEqual([EXIT.ok, '']);
    expect(err).toContain(`millrace review answer ${RUN}.approve --set approved=true\n`);
  });

  test('a parked run ends with its own code, the remedy and the command that sends it on', async () => {
    await using gateway = await FakeGateway.open();
    const parked: Fact[] = [
      ...began,
      { type: 'step.dead-lettered', at, step: 'draft', deadLetter: 'dl_1', failure, input: {} },
    ];
    const draft = stepView('draft', {
      status: 'dead-lettered',
      deadLetter: 'dl_1',
      failure: { ...failure, remedy: 'See the log.' },
      allowedActions: ['redrive'],
    });
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'dead-lettered', steps: [draft] }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: [] });
    gateway.streams.push(parked);
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.deadLettered);
    expect(err).toContain('See the log.');
    expect(err).toContain('millrace dead-letter redrive dl_1');
    // What a stage said cannot steer the terminal.
    expect(err).not.toContain('\u001b');
  });

  test('a paused run is nothing to wait for: it is said how it goes on', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'paused' }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: [] });
    gateway.streams.push([...began, { type: 'run.paused', at, by: 'ann' }]);
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.ok);
    expect(err).toContain('by ann');
    expect(err).toContain(`millrace run resume ${RUN}`);
  });

  test('a cancelled run ends with its own code', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'cancelled' }));
    gateway.streams.push([...began, { type: 'run.cancelled', at, by: 'ann', reason: 'sent twice' }]);
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.cancelled);
    expect(err).toContain('by ann: sent twice');
  });

  test('a failed run ends with its own code, why and the remedy', async () => {
    await using gateway = await FakeGateway.open();
    const late = { code: 'RUN_DEADLINE_PASSED', kind: 'permanent', message: 'Too late.' } as const;
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'failed', failure: { ...late, remedy: 'Raise it.' } }));
    gateway.streams.push([...began, { type: 'run.failed', at, failure: late }]);
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.failed);
    expect(err).toContain('RUN_DEADLINE_PASSED Too late.\nRaise it.');
  });

  test('gives up when it was told how long to wait', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'running' }));
    const { exit, err } = await gateway.run(`run watch ${RUN} --wait 0.2`);
    expect(exit).toBe(EXIT.timeout);
    expect(err).toContain(`millrace run watch ${RUN}`);
  });
});

test('run get says what of a run is degraded and for what, and who handles its failure', async () => {
  await using gateway = await FakeGateway.open();
  const failure = { code: 'OUT_OF_PAPER', kind: 'permanent', message: 'No.', remedy: '' } as const;
  const marks = [
    { step: 'draft', by: 'fallback', code: 'MODEL_BUSY', message: 'It was busy.' },
    { step: 'ingest', by: 'run' },
  ] as const;
  const more = { failure, failedStep: 'print', handler: 'run_h', degraded: true as const, degradedBy: [...marks] };
  gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'failed', ...more }));
  const { out } = await gateway.run(`run get ${RUN}`);
  expect(out).toContain('handler   run_h\n');
  expect(out).toContain('degraded  draft: fallback used, MODEL_BUSY: It was busy.\n');
  expect(out).toContain('degraded  ingest: its run is degraded\n');
});

test('run get says behind which run and key a run waits, and how many wait behind a parked one', async () => {
  await using gateway = await FakeGateway.open();
  const shown = async (hold: object) => {
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'held', state: 'waiting-for-run', hold: hold as never }));
    return (await gateway.run(`run get ${RUN}`)).out;
  };
  expect(await shown({ key: 'acme', behind: 'run_p', ahead: 0 })).toContain(
    'waits     behind run_p, which holds up the key "acme"\n',
  );
  expect(await shown({ key: 'acme', behind: 'run_p', ahead: 2 })).toContain('"acme"; 2 other runs go first\n');
  expect(await shown({ key: 'acme', waiting: 1 })).toContain('holds up  1 later run of the key "acme"\n');
  expect(await shown({ key: 'acme', waiting: 0 })).not.toContain('acme');
});

describe('lists', () => {
  const summary = {
    id: RUN,
    pipeline: 'reply',
    plan: 'p1',
    status: 'running',
    state: 'running',
    title: 'Lost card',
    acceptedAt: new Date(Date.now() - 2 * 86_400_000).toISOString(),
    links: {},
  };

  test.each([
    [
      'table',
      `RUN                             PIPELINE  STATUS   AGE  TOOK  TITLE\n${RUN}  reply     running  2d   -     Lost card\n`,
    ],
    ['name', `${RUN}\n`],
    ['jsonl', `${JSON.stringify(summary)}\n`],
    ['json', `${JSON.stringify([summary], null, 2)}\n`],
  ])('are shown as %s', async (format, text) => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('/v1/runs?limit=50', { items: [summary] });
    expect((await gateway.run(`run list -o ${format}`)).out).toBe(text);
  });

  test('that are empty are `[]` as JSON, and only words as a table', async () => {
    await using gateway = await FakeGateway.open();
    for (const [path, command] of [
      ['/v1/runs?limit=50', 'run list'],
      ['/v1/reviews?limit=50', 'review list'],
      ['/v1/dead-letters?limit=50', 'dead-letter list'],
      ['/v1/pipelines', 'pipeline list'],
      ['/v1/stages', 'stage list'],
    ] as const) {
      gateway.answers.set(path, { items: [] });
      expect(await gateway.run(`${command} -o json`)).toMatchObject({ exit: EXIT.ok, out: '[]\n' });
      expect(await gateway.run(command)).toMatchObject({ exit: EXIT.ok, out: '', err: expect.stringMatching(/\w/) });
    }
  });

  test('are searched for by what the filter says, page after page where no index answers it', async () => {
    await using gateway = await FakeGateway.open();
    const searchedTo = '2026-01-01T00:00:00.000Z';
    const where = 'where=title.contains(%22card%22)&state=retrying&code=BUSY';
    gateway.answers.set(`/v1/runs?${where}&limit=2`, { items: [], next: 'd', searchedTo });
    gateway.answers.set(`/v1/runs?${where}&limit=2&cursor=d`, { items: [summary], next: 'e', searchedTo });
    gateway.answers.set(`/v1/runs?${where}&limit=1&cursor=e`, { items: [summary], next: 'f' });
    const filter = '--where title.contains("card") --state retrying --code BUSY';
    const { out, err } = await gateway.run(`run list -o name ${filter} --limit 2`);
    expect(out).toBe(`${RUN}\n${RUN}\n`);
    expect(err).toContain('--cursor f');
  });

  test('show which runs are degraded, or such alone', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('/v1/runs?degraded=true&limit=50', { items: [{ ...summary, degraded: true }] });
    expect((await gateway.run('run list --degraded')).out).toContain('running, degraded');
  });

  test('pass filters and cursor on', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('/v1/runs?status=waiting&pipeline=reply&limit=2&cursor=c', { items: [], next: 'd' });
    const { err } = await gateway.run('run list --status waiting --pipeline reply --limit 2 --cursor c');
    expect(err).toContain('--cursor d');
    gateway.answers.set('/v1/reviews?assignee=ann&group=board&claimedBy=bob&limit=50', { items: [] });
    expect((await gateway.run('review list --assignee ann --group board --claimed-by bob')).exit).toBe(EXIT.ok);
  });
});

test('a review is claimed by somebody: without a name nothing is sent', async () => {
  await using gateway = await FakeGateway.open();
  expect((await gateway.run(`review claim ${RUN}.approve`)).exit).toBe(EXIT.usage);
  expect(gateway.asked).toEqual([]);
});

test('whom a review is for, who claims it and where it goes is told as it happens', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`/v1/runs/${RUN}`, runView({ output: 'done' }));
  gateway.streams.push([
    ...began,
    { type: 'step.waiting', at, step: 'approve', kind: 'review', assignee: 'ann' },
    { type: 'step.claimed', at, step: 'approve', by: 'ann' },
    { type: 'step.unclaimed', at, step: 'approve', by: 'ann' },
    { type: 'step.escalated', at, step: 'approve', group: 'board' },
    { type: 'run.completed', at, output: 'done' },
  ]);
  const { err } = await gateway.run(`run watch ${RUN}`);
  for (const line of ['waits for a review by ann', 'claimed by ann', 'given back by ann', 'goes to board'])
    expect(err).toContain(line);
});

test('what people do is sent with who and why', async () => {
  await using gateway = await FakeGateway.open();
  const sent: [string, string, unknown][] = [
    [`run cancel ${RUN}`, `/v1/runs/${RUN}/cancel`, {}],
    [`run pause ${RUN} --by ann`, `/v1/runs/${RUN}/pause`, { by: 'ann' }],
    [`run resume ${RUN}`, `/v1/runs/${RUN}/resume`, {}],
    [`run cancel ${RUN} --compensate`, `/v1/runs/${RUN}/cancel`, { compensate: true }],
    [
      `run signal ${RUN} paid --set amount=3 --id s1`,
      `/v1/runs/${RUN}/signals/paid`,
      { payload: { amount: 3 }, id: 's1' },
    ],
    [`review answer ${RUN}.approve --set approved=true`, `/v1/reviews/${RUN}.approve`, { answer: { approved: true } }],
    [`review claim ${RUN}.approve`, `/v1/reviews/${RUN}.approve/claim`, {}],
    [`review claim ${RUN}.approve --take-over`, `/v1/reviews/${RUN}.approve/claim`, { takeOver: true }],
    [`review unclaim ${RUN}.approve`, `/v1/reviews/${RUN}.approve/unclaim`, {}],
    [`dead-letter redrive dl_1`, '/v1/dead-letters/dl_1/redrive', {}],
  ];
  for (const [command, path, body] of sent) {
    gateway.answers.set(`POST ${path}`, accepted);
    expect(await gateway.run(`${command} --by ann --reason because`)).toMatchObject({ exit: EXIT.ok, out: `${RUN}\n` });
    expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({ ...(body as object), by: 'ann', reason: 'because' });
  }
});

test.each<[ProblemCode, number]>([
  ['UNKNOWN_RUN', EXIT.notFound],
  ['NOT_ALLOWED_NOW', EXIT.notAllowedNow],
  ['INVALID_INPUT', EXIT.error],
  ['CROSS_SITE', EXIT.auth],
  ['BROKER_UNAVAILABLE', EXIT.noConnection],
])('%s ends with its own code and says what to do', async (code, exit) => {
  await using gateway = await FakeGateway.open();
  gateway.problems.set(`/v1/runs/${RUN}`, code);
  const ended = await gateway.run(`run get ${RUN}`);
  expect(ended).toMatchObject({ exit, out: '' });
  expect(ended.err).toContain('  input.text is required');
  expect(ended.err).not.toMatch(/GET |POST |\/v1/);
});

test('a gateway that is not there is told with how to start it', async () => {
  const { exit, err } = await runIn({ MILLRACE_URL: 'http://127.0.0.1:1' }, ['run', 'list']);
  expect(exit).toBe(EXIT.noConnection);
  expect(err).toContain('npx millrace dev');
  expect(err).toContain('MILLRACE_URL');
});

test('the gateway is found by flag, then environment, then what was started in this folder', async () => {
  await using gateway = await FakeGateway.open();
  await using dir = await folder();
  gateway.answers.set('/v1/runs?limit=50', { items: [] });
  await mkdir(join(dir.path, '.millrace'));
  await writeFile(join(dir.path, '.millrace', 'url'), `${gateway.url}\n`);
  const nowhere = 'http://127.0.0.1:1';
  expect((await runIn({}, ['run', 'list'], { cwd: dir.path })).exit).toBe(EXIT.ok);
  expect((await runIn({ MILLRACE_URL: nowhere }, ['run', 'list'], { cwd: dir.path })).exit).toBe(EXIT.noConnection);
  expect((await runIn({ MILLRACE_URL: nowhere }, ['run', 'list', '--url', gateway.url])).exit).toBe(EXIT.ok);
  expect((await runIn({}, ['run', 'list', '--url', 'nonsense'])).exit).toBe(EXIT.usage);
});

test('something that is no gateway is told apart from one', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/runs?limit=50', { hello: 'world' });
  const { exit, err } = await gateway.run('run list');
  expect(exit).toBe(EXIT.error);
  expect(err).toContain('"doctor"');
});

test('doctor says what is missing, and ends accordingly', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/livez', { live: true });
  gateway.answers.set('/readyz', { ready: true });
  gateway.answers.set('/openapi.json', { info: { version: '1' } });
  gateway.answers.set('/v1/pipelines', { items: [] });
  expect(await gateway.run('doctor')).toMatchObject({
    exit: EXIT.error,
    out: expect.stringContaining('none deployed'),
  });
  gateway.answers.set('/v1/pipelines', {
    items: [{ name: 'reply', plan: 'p', deployedAt: '2026-01-01T00:00:00.000Z', links: {} }],
  });
  expect(await gateway.run('doctor')).toMatchObject({ exit: EXIT.ok });
  gateway.answers.set('/readyz', { ready: true, degraded: ['partition 1 of millrace.runs has not moved for 16 s'] });
  expect(await gateway.run('doctor')).toMatchObject({
    exit: EXIT.error,
    out: expect.stringContaining('partition 1 of millrace.runs has not moved'),
  });
  expect((await runIn({ MILLRACE_URL: 'http://127.0.0.1:1' }, ['doctor'])).exit).toBe(EXIT.noConnection);
  gateway.answers.set('/livez', []);
  expect(await gateway.run('doctor')).toMatchObject({
    exit: EXIT.noConnection,
    out: expect.stringContaining('something answers, but no Millrace gateway'),
  });
});

test('train without the package of the models says which to install', async () => {
  const missing = (name: string) =>
    Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(loadModels(() => Promise.reject(missing('@millrace/ai')))).rejects.toThrow(
    '"train" needs the package @millrace/ai, which is not installed: npm install --save-dev @millrace/ai',
  );
  // One that is installed and cannot be loaded is another fault.
  await expect(loadModels(() => Promise.reject(missing('eld')))).rejects.toThrow(`Cannot find package 'eld'`);
});

test('train writes a model and says how good it is', async () => {
  await using dir = await folder();
  const rows = ['refund please', 'money back', 'want a refund', 'refund me'].map((text) => `${text},refund`);
  const others = ['card lost', 'lost my card', 'card stolen', 'my card is gone'].map((text) => `${text},card`);
  await writeFile(join(dir.path, 'a.csv'), ['text,label', ...rows, ...others].join('\n'));
  const { exit, out, err } = await runIn({}, ['train', 'a.csv', '-o', 'model.json'], { cwd: dir.path });
  expect([exit, out]).toEqual([EXIT.ok, 'model.json\n']);
  expect(err).toContain('accuracy');
  const { loadClassifier } = await import('@millrace/ai');
  const classifier = await loadClassifier({ model: join(dir.path, 'model.json') });
  expect(await classifier.classify('a refund', { signal: AbortSignal.timeout(5_000) })).toMatchObject({
    label: 'refund',
  });
});

test('calibrate measures the model that is set, and says what is missing', async () => {
  await using dir = await folder();
  const rows = Array.from({ length: 10 }, (_, n) => `text ${n},${n < 6 ? 'refund' : 'card'}`);
  await writeFile(join(dir.path, 'a.csv'), ['text,label', ...rows].join('\n'));
  const { fakeProvider } = await import('@millrace/ai/testing');
  const content = { label: 'refund', confidence: 0.9, alternatives: [] };
  await using provider = await fakeProvider({ reply: () => ({ is: 'answer', content }), key: 'right' });
  const env = { MODEL_PROVIDER: 'openai-compatible', MODEL_URL: provider.url, MODEL_NAME: 'm', MODEL_API_KEY: 'right' };
  const calibrate = ['calibrate', 'a.csv', '-o', 'c.json'];
  const { exit, out, err } = await runIn(env, calibrate, { cwd: dir.path });
  expect([exit, out]).toEqual([EXIT.ok, 'c.json\n']);
  expect(err).toContain('60.0 % right, at a stated confidence of 90.0 %');
  const { Calibration, calibrated, readDataFile } = await import('@millrace/ai');
  expect(calibrated(await readDataFile(Calibration, join(dir.path, 'c.json')), 0.9)).toBeCloseTo(0.58, 1);
  expect(await runIn({}, calibrate, { cwd: dir.path })).toMatchObject({
    exit: EXIT.usage,
    err: expect.stringContaining('set MODEL_PROVIDER'),
  });
  const wrong = await runIn({ ...env, MODEL_API_KEY: 'wrong' }, calibrate, { cwd: dir.path });
  expect(wrong).toMatchObject({ exit: EXIT.error, err: expect.stringContaining('MODEL_REFUSED') });
});

test('train says what is wrong with the table', async () => {
  await using dir = await folder();
  await writeFile(join(dir.path, 'a.csv'), 'text,label\na,b\n');
  expect(await runIn({}, ['train', 'a.csv', '-o', 'm.json'], { cwd: dir.path })).toMatchObject({ exit: EXIT.error });
  expect(await runIn({}, ['train', 'nope.csv', '-o', 'm.json'], { cwd: dir.path })).toMatchObject({ exit: EXIT.usage });
});

test('--help and --version are data and end well', async () => {
  expect(await runIn({}, ['--help'])).toMatchObject({ exit: EXIT.ok, out: expect.stringContaining('Exit codes') });
  expect(await runIn({}, ['--version'])).toMatchObject({ exit: EXIT.ok });
  expect((await runIn({}, ['run', 'start', '--help'])).out).toContain('--watch');
});

describe('a URL with a login', () => {
  const to = (gateway: FakeGateway) => ({ MILLRACE_URL: gateway.url.replace('http://', 'http://ann:s3%20cret@') });

  test('is used, and never printed', async () => {
    await using gateway = await FakeGateway.open();
    gateway.answers.set('POST /v1/runs', accepted);
    gateway.answers.set('GET /v1/runs?limit=20', { items: [] });
    for (const args of ['run start reply -i text=Hi', 'doctor', 'run list', 'run get nope', 'run watch nope']) {
      const { out, err } = await runIn(to(gateway), args.split(' '));
      expect(out + err).not.toMatch(/s3|ann[:@]/);
    }
    expect(gateway.asked.length).toBeGreaterThan(3);
    expect(new Set(gateway.asked.map(({ login }) => login))).toEqual(
      new Set([`Basic ${Buffer.from('ann:s3 cret').toString('base64')}`]),
    );
  });

  test.each(['http://ann:s3cret@127.0.0.1:1', 'ftp://ann:s3cret@host', 'http://ann:s3cret@no host'])(
    'is not in an error: %s',
    async (url) => {
      for (const command of ['doctor', 'run list']) {
        const { out, err, exit } = await runIn({ MILLRACE_URL: url }, command.split(' '));
        expect(exit).not.toBe(EXIT.ok);
        expect(out + err).not.toMatch(/s3cret|ann[:@]/);
      }
    },
  );
});

describe('what a run waits for', () => {
  const waiting: Fact = { type: 'step.waiting', at, step: 'approve', kind: 'review' };
  const approve = stepView('approve', { kind: 'review', status: 'waiting', waitingSince: '2026-01-01T00:00:00.000Z' });
  const CHILD = 'run_11111111111111111111111111';
  const review = (run: string) => ({
    id: `${run}.approve`,
    run,
    step: 'approve',
    pipeline: 'reply',
    kind: 'review',
    status: 'open',
    schema: { type: 'object', properties: { approved: { type: 'boolean' } }, required: ['approved'] },
    since: '2026-01-01T00:00:00.000Z',
    allowedActions: [],
    links: {},
  });

  test('a run that sleeps goes on by itself: it is watched on, and nobody is asked for a signal', async () => {
    await using gateway = await FakeGateway.open();
    const asleep: Fact[] = [began[0]!, { type: 'step.waiting', at, step: 'nap', kind: 'sleep', due: at + 60_000 }];
    gateway.streams.push(asleep, [...asleep, { type: 'run.completed', at: at + 60_000, output: 1 }]);
    const nap = stepView('nap', { kind: 'sleep', status: 'waiting', due: '2026-01-01T00:01:00.000Z' });
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'waiting', steps: [nap] }));
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.ok);
    expect(err).toContain('sleeps until 2026-01-01T00:01:00.000Z');
    expect(err).toContain('completed');
    expect(err).not.toContain('signal');
  });

  test('a run whose child run waits for somebody is said to, with the command that answers', async () => {
    await using gateway = await FakeGateway.open();
    gateway.streams.push([began[0]!, { type: 'step.child', at, step: 'ask', attempt: 1, status: 'waiting' }]);
    const ask = stepView('ask', { kind: 'run', status: 'running', child: CHILD, childStatus: 'waiting' });
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'waiting', steps: [ask] }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: [] });
    gateway.answers.set(`/v1/runs/${CHILD}`, runView({ id: CHILD, status: 'waiting', steps: [approve] }));
    gateway.answers.set(`/v1/reviews/${CHILD}.approve`, review(CHILD));
    const { exit, err } = await gateway.run(`run watch ${RUN}`);
    expect(exit).toBe(EXIT.ok);
    expect(err).toContain(`ask is done by the run ${CHILD}`);
    expect(err).toContain(`millrace review answer ${CHILD}.approve --set approved=true`);
  });

  test('a run that waits for a review ends the command', async () => {
    await using gateway = await FakeGateway.open();
    gateway.streams.push([began[0]!, waiting]);
    gateway.answers.set(`/v1/runs/${RUN}`, runView({ status: 'waiting', steps: [approve] }));
    gateway.answers.set(`/v1/runs/${RUN}/history`, { items: [] });
    gateway.answers.set(`/v1/reviews/${RUN}.approve`, review(RUN));
    expect((await gateway.run(`run watch ${RUN}`)).err).toContain('waits for somebody to decide');
  });
});

test('“stage limit” alone shows the limits; they are lifted by --none alone', async () => {
  await using gateway = await FakeGateway.open();
  const draft = { name: 'draft', pipelines: ['reply'], limits: { concurrency: 2, at } };
  gateway.answers.set('GET /v1/stages', { items: [draft] });
  gateway.answers.set('POST /v1/stages/draft/limits', { name: 'draft', pipelines: ['reply'] });
  expect((await gateway.run('stage limit draft')).out).toContain('2 at once');
  expect(gateway.asked.map(({ method }) => method)).toEqual(['GET']);
  expect((await gateway.run('stage limit draft --none')).out).toContain('not limited');
  expect(gateway.asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
  expect(await gateway.run('stage limit drafts')).toMatchObject({ exit: EXIT.notFound });
});
