import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OverviewView, RunList } from '@millrace/contracts/http';
import { World } from '../testing/world.js';
import { ConsoleFiles } from './console-files.js';

const start = async (world: World, text: string) => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text } });
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()) as { id: string };
};
const get = async (world: World, path: string) => (await fetch(world.url + path)).json();

describe('the files of the console', () => {
  const PAGE = '<link href="./icon.svg"><script src="./assets/a-1.js"></script>';

  async function files(): Promise<ConsoleFiles & AsyncDisposable> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-console-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(join(folder, 'assets/a-1.js'), 'export {};');
    const made = new ConsoleFiles(`${folder}/`);
    return Object.assign(made, { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) });
  }
  const textAt = async (console: ConsoleFiles, path: string) => (await console.at(path))?.bytes.toString('utf8');

  test('every address of the console shows the same page, which finds its files below any path of a proxy', async () => {
    await using console = await files();
    expect(await textAt(console, '')).toContain('"./assets/a-1.js"');
    expect(await textAt(console, 'runs')).toContain('"./assets/a-1.js"');
    expect(await textAt(console, 'runs/run_1.approve')).toContain('"../assets/a-1.js"');
    expect(await textAt(console, 'a/b/c')).toContain('"../../icon.svg"');
  });

  test('files with a hash in their names may be kept for ever, the page may not', async () => {
    await using console = await files();
    expect(await console.at('assets/a-1.js')).toMatchObject({
      isImmutable: true,
      type: expect.stringMatching('javascript'),
    });
    expect(await console.at('')).toMatchObject({ isImmutable: false });
  });

  test.each(['assets/none.js', 'assets/../../../../etc/passwd', 'assets/..%2f', 'assets/a-1.exe', 'assets/\\..\\a'])(
    'what is no file of it is not there: %s',
    async (path) => {
      await using console = await files();
      expect(await console.at(path)).toBeUndefined();
    },
  );
});

test('the address of the console without a slash leads to the one with it, also below a path', async () => {
  await using world = await World.open();
  const { status, headers } = await fetch(`${world.url}/console`, { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, 'console/']);
});

test.each([
  ['/', 'console/'],
  ['/?status=waiting', 'console/runs?status=waiting'],
  ['/runs/run_1', '../console/runs/run_1'],
  ['/runs/run_1/', '../../console/runs/run_1'],
  ['/runs/run_1?step=draft', '../console/runs/run_1?step=draft'],
])('the short address %s leads to the console, also below a path', async (path, to) => {
  await using world = await World.open();
  const { status, headers } = await fetch(world.url + path, { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, to]);
});

describe('where something is wrong,', () => {
  const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test('a person gets a page with what to do, and a program gets JSON', async () => {
    await using world = await World.open();
    for (const [path, status, words] of [
      ['/nowhere', 404, 'There is nothing at /nowhere'],
      ['/a/b/c?d=e', 404, 'There is nothing at /a/b/c'],
      ['/v1/runs/nope', 404, 'No such run'],
      ['/v1/runs?q=x', 400, 'There is no query parameter &#34;q&#34; here; there are status, pipeline'],
      ['/v1/runs?status=%3Cscript%3E', 400, 'status'],
      ['/console/assets/none.js', 404, 'The console has no such file'],
    ] as const) {
      const shown = await fetch(world.url + path, { headers: HTML });
      const html = await shown.text();
      expect([path, shown.status, shown.headers.get('content-type')]).toEqual([
        path,
        status,
        'text/html; charset=utf-8',
      ]);
      expect(html).toContain(words);
      expect(html).toMatch(/<a class="button" href="(\.\.\/)*console\/">/);
      expect(html).not.toMatch(/<script/i);
      const told = await fetch(world.url + path, { headers: { accept: 'application/json' } });
      expect([told.status, told.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    }
    const post = await fetch(`${world.url}/v1/runs`, { method: 'POST', headers: HTML });
    expect(post.headers.get('content-type')).toBe('application/problem+json');
  });

  test('nothing that somebody sent becomes markup, and the policy of every page allows no script but the console’s own', async () => {
    await using world = await World.open();
    const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>$&`;
    for (const path of [
      `/v1/runs/${encodeURIComponent(attack)}`,
      `/v1/runs?pipeline=x&${encodeURIComponent(attack)}=1`,
      '/console/',
    ]) {
      const shown = await fetch(world.url + path, { headers: HTML });
      const policy = shown.headers.get('content-security-policy');
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(await shown.text()).not.toMatch(/<script>|<img|<style| style=/);
    }
  });
});

test('another host gets nothing of the console', async () => {
  await using world = await World.open();
  const response = await fetch(`${world.url}/console/`, { headers: { origin: 'http://elsewhere.example' } });
  expect(response.status).toBe(403);
});

test('the list says what a run is about, what it does or waits for, since when, and who is waited for', async () => {
  await using world = await World.open();
  const { id } = await start(world, 'Where is my refund?\nIt is late.');
  const listed = async () => RunList.parse(await get(world, '/v1/runs?detail=true')).items.find((run) => run.id === id);
  expect(await listed()).toMatchObject({
    subject: 'Where is my refund?',
    now: { step: 'classify', status: 'running', stage: 'classify', attempt: 1, others: 0 },
  });
  world.toReview(id);
  const waiting = await listed();
  expect(waiting?.now).toMatchObject({ step: 'approve', kind: 'review', status: 'waiting', group: 'support' });
  expect(Date.parse(waiting?.now?.since ?? '')).toBeGreaterThan(0);
  const plain = RunList.parse(await get(world, '/v1/runs')).items.find((run) => run.id === id);
  expect([plain?.subject, plain?.now]).toEqual([undefined, undefined]);
});

test('the list names the failure of a step that is parked, and a stage that nobody serves', async () => {
  await using world = await World.open();
  const parked = await start(world, 'Hi');
  world.failed(parked.id, 'classify', 'It broke.');
  const unserved = await start(world, 'Ho');
  world.unserved.add(world.runtime.groups.stage('classify'));
  const { items } = RunList.parse(await get(world, '/v1/runs?detail=true'));
  expect(items.find(({ id }) => id === parked.id)?.now).toMatchObject({
    status: 'dead-lettered',
    failure: { code: 'STAGE_INPUT_INVALID', message: 'It broke.' },
  });
  expect(items.find(({ id }) => id === unserved.id)).toMatchObject({ noConsumer: ['classify'] });
});

test('a subject is one line of bounded length, and never half a character', async () => {
  await using world = await World.open();
  await start(world, '😀'.repeat(500));
  const [run] = RunList.parse(await get(world, '/v1/runs?detail=true')).items;
  expect(Array.from(run?.subject ?? '')).toHaveLength(160);
  expect(run?.subject).toMatch(/^😀+…$/u);
});

test('the overview counts runs by status, reviews and dead letters', async () => {
  await using world = await World.open();
  world.toReview((await start(world, 'One')).id);
  world.failed((await start(world, 'Two')).id, 'classify');
  const { runs, reviews, deadLetters } = OverviewView.parse(await get(world, '/v1/overview'));
  expect([runs.waiting, runs['dead-lettered'], runs.running]).toEqual([{ count: 1 }, { count: 1 }, { count: 0 }]);
  expect([reviews, deadLetters]).toEqual([{ count: 1 }, { count: 1 }]);
});

test('a review names the text that an answer would replace, whatever else is shown', async () => {
  await using world = await World.open();
  const { id } = await start(world, 'Hi');
  world.toReview(id);
  expect(await get(world, `/v1/reviews/${id}.approve`)).toMatchObject({ drafts: { text: 'Dear customer' } });
});
