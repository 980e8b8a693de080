import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from './exit.js';
import { FakeGateway, RUN, runIn } from './testing/fake-gateway.js';

const step = (more: object = {}) => ({
  kind: 'stage',
  stage: 'read',
  input: { $ref: ['input', 'text'] },
  retry: {},
  timeoutMs: 1_000,
  predecessors: [],
  ...more,
});
const planOf = (steps: object) => ({ format: 1, pipeline: 'letters', inputSchema: {}, steps, output: { $ref: ['a'] } });
const one = planOf({ a: step() });
const two = planOf({ a: step({ timeoutMs: 2_000, when: 'input.text != ""' }), b: step({ predecessors: ['a'] }) });
const applied = {
  id: 'dep_1',
  status: 'applied',
  pipeline: 'letters',
  version: 2,
  plan: 'p2',
  unchanged: false,
  links: {},
};
const version = {
  pipeline: 'letters',
  version: 1,
  plan: 'p1',
  deployedAt: '2026-01-01T00:00:00.000Z',
  share: 0.95,
  liveRuns: 3,
  links: {},
};

let dir: string;
let gateway: FakeGateway;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-versions-'));
  gateway = await FakeGateway.open();
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});
const file = (name: string, json: unknown) => writeFile(join(dir, name), JSON.stringify(json));
const run = (args: string) => gateway.run(args, { cwd: dir });

const YAML =
  'pipeline: letters\ninput: { text: string }\nsteps:\n  read: { input: $input.text, timeout: 2s }\noutput: $read\n';

describe('a pipeline in YAML', () => {
  test('is deployed as the plan that it stands for', async () => {
    gateway.answers.set('POST /v1/pipelines/letters/versions', applied);
    await writeFile(join(dir, 'letters.yaml'), YAML);
    expect(await run('pipeline deploy letters.yaml')).toMatchObject({ exit: EXIT.ok, out: 'letters@2  p2\n' });
    const { plan } = JSON.parse(gateway.asked[0]!.body) as { plan: { steps: object } };
    expect(plan.steps).toMatchObject({ read: { kind: 'stage', stage: 'read', timeoutMs: 2_000 } });
  });

  test('is refused with file, line and column of all that is wrong, and nothing is sent', async () => {
    await writeFile(join(dir, 'letters.yaml'), YAML.replace('2s', 'soon').replace('$read', '$nobody'));
    const { exit, err } = await run('pipeline deploy letters.yaml');
    expect(exit).toBe(EXIT.usage);
    expect(err).toMatch(/letters.yaml:4:40 .*\nletters.yaml:5:9 /);
    expect(gateway.asked).toEqual([]);
  });

  test('names sub-pipelines in files beside it, and none that names itself', async () => {
    await writeFile(join(dir, 'inner.yaml'), YAML);
    await writeFile(join(dir, 'outer.yaml'), 'pipeline: outer\nsteps: { sub: { run: inner.yaml, input: {} } }\n');
    await writeFile(join(dir, 'self.yaml'), 'pipeline: own\nsteps: { sub: { run: self.yaml, input: {} } }\n');
    expect((await run('pipeline show outer.yaml --format json')).out).toContain('"stage": "read"');
    expect((await run('pipeline show self.yaml')).err).toContain('is a sub-pipeline of itself');
  });

  test.each([
    ['yaml', 'pipeline: letters\n'],
    ['json', '{\n  "format": 1,'],
    ['mermaid', 'flowchart TD\n'],
  ])('is shown as %s, as is what is deployed', async (format, beginning) => {
    await file('plan.json', two);
    const shown = await run(`pipelines show plan.json --format ${format}`);
    expect([shown.exit, shown.out.startsWith(beginning)]).toEqual([EXIT.ok, true]);
  });
});

describe('import asl', () => {
  const machine = {
    StartAt: 'Read',
    States: { Read: { Type: 'Task', Resource: 'r', HeartbeatSeconds: 5, End: true } },
  };

  test('writes a pipeline that can be shown, and says what is left out', async () => {
    await file('someLetters.asl.json', machine);
    const { exit, err } = await run('import asl someLetters.asl.json --to letters.yaml');
    expect([exit, err]).toEqual([
      EXIT.ok,
      'Read  HeartbeatSeconds: there is nothing like it in a pipeline: a stage needs none: its deadline is `timeout`\n1 not mapped.\n',
    ]);
    expect((await run('pipeline show letters.yaml')).out).toContain('pipeline: some-letters\n');
  });

  test('refuses what is no state machine', async () => {
    await file('empty.json', {});
    expect(await run('import asl empty.json')).toMatchObject({ exit: EXIT.usage });
    expect(await run('import asl nothing.json')).toMatchObject({ exit: EXIT.usage });
  });
});

describe('pipeline deploy', () => {
  test.each(['pipeline', 'pipelines'])('%s: sends a plan, as a canary, with who and why', async (noun) => {
    gateway.answers.set('POST /v1/pipelines/letters/versions', applied);
    await file('plan.json', two);
    const { exit, out } = await run(`${noun} deploy plan.json --share 5% --by ann --reason faster`);
    expect([exit, out]).toEqual([EXIT.ok, 'letters@2  p2\n']);
    expect(JSON.parse(gateway.asked[0]!.body)).toEqual({
      plan: two,
      contracts: {},
      share: 0.05,
      by: 'ann',
      reason: 'faster',
    });
  });

  test('sends the pipelines of a module, with what their stages take and give', async () => {
    gateway.answers.set('POST /v1/pipelines/support-email/versions', { ...applied, pipeline: 'support-email' });
    const { exit, out } = await gateway.run('pipeline deploy pipelines/support-email/src/index.ts -o json', {
      cwd: process.cwd(),
    });
    expect([exit, JSON.parse(out)]).toEqual([EXIT.ok, { ...applied, pipeline: 'support-email' }]);
    const body = JSON.parse(gateway.asked[0]!.body) as { contracts: Record<string, unknown> };
    expect(Object.keys(body.contracts)).toContain('classify');
  });

  test.each([
    ['nothing.json', 'nothing.json cannot be loaded: there is no such file or module.\n'],
    ['nothing.yaml', 'nothing.yaml cannot be loaded: there is no such file or module.\n'],
    ['empty.json', 'is no plan'],
  ])('says what is wrong with %s', async (name, words) => {
    await file('empty.json', {});
    const { exit, err } = await run(`pipeline deploy ${name}`);
    expect([exit, gateway.asked.length]).toEqual([EXIT.usage, 0]);
    expect(err).toContain(words);
  });

  test('that is refused says which stage, where, and what to do', async () => {
    gateway.problems.set('/v1/pipelines/letters/versions', 'CONTRACT_BREAKS');
    await file('plan.json', two);
    const { exit, err } = await run('pipeline deploy plan.json');
    expect(exit).toBe(EXIT.error);
    expect(err).toContain('a contract may only grow');
  });
});

test('pipeline versions shows what new runs get and how many runs follow each', async () => {
  gateway.answers.set('GET /v1/pipelines/letters/versions', { items: [version] });
  const { out } = await run('pipeline versions letters');
  expect(out).toMatch(/^VERSION +PLAN +NEW RUNS +LIVE RUNS +DEPLOYED\n1 +p1 +95 % +3 /);
  expect((await run('pipeline versions letters -o name')).out).toBe('1\n');
});

test.each([
  ['promote letters', { action: 'promote' }],
  ['rollback letters --to 1', { action: 'rollback', version: 1 }],
  ['canary letters --to 2 --share 0.1', { action: 'canary', version: 2, share: 0.1 }],
])('pipeline %s says so to the gateway', async (args, body) => {
  gateway.answers.set('POST /v1/pipelines/letters/route', applied);
  expect((await run(`pipeline ${args}`)).exit).toBe(EXIT.ok);
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual(body);
});

test('pipeline diff says in a few lines what distinguishes what is deployed from a file', async () => {
  gateway.answers.set('GET /v1/pipelines/letters/versions/1', { ...version, definition: one, contracts: {} });
  await file('plan.json', two);
  const { out } = await run('pipeline diff letters@1 ./plan.json');
  expect(out).toBe(
    '~ step a\n    ~ timeoutMs  1000 → 2000\n    + when  input.text != ""\n+ step b\n    stage read after a\n',
  );
  expect(JSON.parse((await run('pipeline diff letters@1 letters@1 -o json')).out)).toEqual([]);
});

test('pipeline check fails where live runs would break, and names them', async () => {
  const view = { pipeline: 'letters', plan: 'p2', differences: [], unmovable: [], examined: 4, complete: true };
  await file('plan.json', two);
  const broken = {
    breaks: [{ stage: 'read', pointer: '/input', detail: 'is string, not number' }],
    broken: [{ run: RUN, plan: 'p1', step: 'a', stage: 'read' }],
  };
  gateway.answers.set('POST /v1/pipelines/letters/check', { ...view, ...broken });
  const { exit, out } = await run('pipeline check plan.json');
  expect(exit).toBe(EXIT.error);
  expect(out).toContain(`${RUN} at a`);
  gateway.answers.set('POST /v1/pipelines/letters/check', { ...view, breaks: [], broken: [] });
  expect((await run('pipeline check plan.json')).exit).toBe(EXIT.ok);
});

test('deploying or checking a plan with a stage that nobody serves says so, and is done all the same', async () => {
  const noConsumer = ['read'];
  await file('plan.json', two);
  gateway.answers.set('POST /v1/pipelines/letters/versions', { ...(applied as object), noConsumer });
  const deployed = await run('pipeline deploy plan.json');
  expect(deployed).toMatchObject({ exit: EXIT.ok, out: 'letters@2  p2\n' });
  expect(deployed.err).toContain('no consumer: no process serves the stage read.');
  const view = { pipeline: 'letters', plan: 'p2', differences: [], breaks: [], broken: [], unmovable: [] };
  gateway.answers.set('POST /v1/pipelines/letters/check', { ...view, examined: 0, complete: true, noConsumer });
  const checked = await run('pipeline check plan.json');
  expect([checked.exit, checked.out.includes('no consumer  read:')]).toEqual([EXIT.ok, true]);
});

test('what cannot fit, or is served by nobody, is not said to be deployable, unless that is allowed', async () => {
  await file('plan.json', two);
  const view = { pipeline: 'letters', plan: 'p2', differences: [], breaks: [], broken: [], unmovable: [] };
  const misfits = [{ step: 'a', pointer: '/plan/steps/a/input/text', detail: 'is 5, not string' }];
  for (const [found, line] of [
    [{ noConsumer: ['read'], unserved: ['read'] }, 'unserved  read: no process serves it'],
    [{ misfits }, 'misfit    a /plan/steps/a/input/text is 5, not string'],
  ] as const) {
    gateway.answers.set('POST /v1/pipelines/letters/check', { ...view, examined: 0, complete: true, ...found });
    const { exit, out } = await run('pipeline check plan.json');
    expect([exit, out.includes(line), out.includes('deploying this is refused')]).toEqual([EXIT.error, true, true]);
    const allowed = await run('pipeline check plan.json --allow-unserved');
    expect([allowed.exit, allowed.out.includes('this can be deployed')]).toEqual([EXIT.ok, true]);
  }
  gateway.answers.set('POST /v1/pipelines/letters/versions', applied);
  expect((await run('pipeline deploy plan.json --allow-unserved')).exit).toBe(EXIT.ok);
  expect(JSON.parse(gateway.asked.at(-1)!.body)).toMatchObject({ allowUnserved: true });
});

test('what does not fit is named with its line and column in a YAML file, and with its path', async () => {
  const lines = [
    'pipeline: letters',
    'input: { text: string }',
    'steps:',
    '  a:',
    '    stage: read',
    '    input: { text: 5 }',
  ];
  await writeFile(join(dir, 'letters.yaml'), [...lines, '    when: input.text != ""', 'output: $a'].join('\n'));
  const misfits = [
    { step: 'a', pointer: '/plan/steps/a/input/text', detail: 'is 5, not string' },
    { step: 'a', pointer: '/plan/steps/a/when', detail: 'reads b.c' },
    { step: 'a', pointer: '/plan/steps/a/input/pages', detail: 'is required' },
  ];
  const view = { pipeline: 'letters', plan: 'p2', differences: [], breaks: [], broken: [], unmovable: [] };
  gateway.answers.set('POST /v1/pipelines/letters/check', { ...view, examined: 0, complete: true, misfits });
  const { out } = await run('pipeline check letters.yaml');
  expect(out).toContain('misfit    letters.yaml:6:20 a /plan/steps/a/input/text is 5, not string');
  expect(out).toContain('misfit    letters.yaml:7:11 a /plan/steps/a/when reads b.c');
  expect(out).toContain('misfit    letters.yaml:6:12 a /plan/steps/a/input/pages is required');
  gateway.answers.set('POST /v1/pipelines/letters/versions', { ...(applied as object), misfits });
  expect((await run('pipeline deploy letters.yaml')).err).toContain('misfit: letters.yaml:6:20 a /plan/steps/a');
});

test('run move names the version and the step', async () => {
  gateway.answers.set(`POST /v1/runs/${RUN}/move`, { id: RUN, links: {} });
  expect((await run(`runs move ${RUN} --to 2 --from a --by ann`)).exit).toBe(EXIT.ok);
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ to: 2, from: 'a', by: 'ann' });
});

describe('schedules', () => {
  test('are listed, made and removed', async () => {
    const item = {
      pipeline: 'letters',
      name: 'nightly',
      cron: '0 3 * * *',
      zone: 'Europe/Berlin',
      catchUp: 'last',
      ofPlan: true,
    };
    gateway.answers.set('GET /v1/schedules?pipeline=letters', {
      items: [{ ...item, nextAt: '2026-01-01T02:00:00.000Z' }],
    });
    expect((await run('schedule list --pipeline letters')).out).toContain(
      'letters   nightly   0 3 * * *  Europe/Berlin',
    );
    const made = { id: 'dep_1', status: 'applied', pipeline: 'letters', schedule: 'hourly', links: {} };
    gateway.answers.set('POST /v1/schedules', made);
    gateway.answers.set('POST /v1/schedules/remove', made);
    const { out } = await runIn({ MILLRACE_URL: gateway.url }, [
      'schedule',
      'make',
      'letters',
      'hourly',
      '0 * * * *',
      '-i',
      'text=Hi',
      '--by',
      'ann',
    ]);
    expect(out).toBe('letters/hourly\n');
    expect(JSON.parse(gateway.asked.at(-1)!.body)).toEqual({
      pipeline: 'letters',
      name: 'hourly',
      cron: '0 * * * *',
      input: { text: 'Hi' },
      by: 'ann',
    });
    expect((await run('schedule remove letters hourly')).exit).toBe(EXIT.ok);
  });

  test('of one run: it is asked to begin later', async () => {
    gateway.answers.set('POST /v1/runs', { id: RUN, status: 'running', links: {} });
    await run('run start letters -i text=Hi --at 2027-01-31T10:00:00+01:00');
    expect(JSON.parse(gateway.asked[0]!.body)).toMatchObject({ startAt: '2027-01-31T09:00:00.000Z' });
    await run('run start letters -i text=Hi --delay 2h');
    const { startAt } = JSON.parse(gateway.asked[1]!.body) as { startAt: string };
    expect(Math.abs(Date.parse(startAt) - Date.now() - 7_200_000)).toBeLessThan(60_000);
    expect((await run('run start letters -i text=Hi --delay soon')).exit).toBe(EXIT.usage);
  });
});

test('a stage is paused and goes on', async () => {
  const paused = { since: '2026-01-01T00:00:00.000Z', by: 'ann' };
  gateway.answers.set('POST /v1/stages/draft/pause', { name: 'draft', pipelines: [], paused });
  gateway.answers.set('POST /v1/stages/draft/resume', { name: 'draft', pipelines: [] });
  expect((await run('stages pause draft --by ann')).out).toBe('draft  paused since 2026-01-01T00:00:00.000Z\n');
  expect((await run('stage resume draft')).out).toBe('draft  not paused\n');
  expect(gateway.asked.map(({ body }) => JSON.parse(body) as object)).toEqual([{ by: 'ann' }, {}]);
});

test('a pipeline is paused and goes on', async () => {
  gateway.answers.set('POST /v1/pipelines/letters/pause', { ...applied, unchanged: true });
  gateway.answers.set('POST /v1/pipelines/letters/resume', applied);
  expect(await run('pipelines pause letters --by ann')).toMatchObject({
    out: 'letters  paused\n',
    err: 'Already paused.\n',
  });
  expect((await run('pipeline resume letters')).out).toBe('letters  resumed\n');
  expect(gateway.asked.map(({ body }) => JSON.parse(body) as object)).toEqual([{ by: 'ann' }, {}]);
});

test('stage limit says what a stage may do, and run start how soon and whose it is', async () => {
  const limits = { concurrency: 12, perSecond: 5, weights: { acme: 3 }, at: 1 };
  gateway.answers.set('POST /v1/stages/draft/limits', { name: 'draft', pipelines: [], limits });
  const { out } = await run('stage limit draft --concurrency 12 --rate 5 --weight acme=3 --by ann');
  expect(out).toBe('draft  12 at once, 5 per second, acme × 3\n');
  expect(JSON.parse(gateway.asked[0]!.body)).toEqual({
    concurrency: 12,
    perSecond: 5,
    weights: { acme: 3 },
    by: 'ann',
  });
  gateway.answers.set('POST /v1/runs', { id: RUN, status: 'running', links: {} });
  await run('run start letters -i text=Hi --priority high --tenant acme');
  expect(JSON.parse(gateway.asked[1]!.body)).toMatchObject({ priority: 'high', tenant: 'acme' });
});
