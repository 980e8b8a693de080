import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './processes.js';
import { build, STANDALONE } from './standalone-process.js';

let folder: string;
beforeAll(async () => {
  build();
  folder = await mkdtemp(join(tmpdir(), 'millrace-starting-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts all of Millrace where it cannot start. Returns its exit code and what it said. */
async function refused(env: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const given = { PATH: process.env['PATH'], PORT: '0', ...env };
  const child = spawn(process.execPath, [STANDALONE], { cwd: ROOT, env: given, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

test('all settings that need attention are named at once: of every service, and of the stages that a pipeline brings', async () => {
  const { code, said } = await refused({
    MILLRACE_DATA: join(folder, 'settings'),
    PIPELINES: '@millrace/support-email,@millrace/agent',
    DRAIN_MS: '20s',
    MAX_BODY_BYTES: '1MB',
    MAX_MAP_ITEMS: 'many',
    ROUTE_CONFIDENCE: '80%',
    STAGE_CONCURRENCY: '0',
    AGENT_KNOWLEDGE: '/nowhere.json',
  });
  expect(code).toBe(1);
  const named = [...said.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name!);
  expect(named.toSorted()).toEqual(
    [
      'AGENT_KNOWLEDGE',
      'DRAIN_MS',
      'MAX_BODY_BYTES',
      'MAX_MAP_ITEMS',
      'ROUTE_CONFIDENCE',
      'STAGE_CONCURRENCY',
    ].toSorted(),
  );
});

test('a misspelt setting is told once, with the setting that was meant', async () => {
  const { said } = await refused({ MILLRACE_DATA: folder, MODEL_PROVIDR: 'ollama', KAFKA_HOME: '/opt', DRAIN_MS: 'x' });
  expect(said.match(/^warning: .*/gm)).toEqual([
    'warning: MODEL_PROVIDR is not a setting of Millrace, and is ignored: did you mean MODEL_PROVIDER?',
  ]);
});

test('data in a file is refused with a sentence that names it', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'not a folder');
  for (const MILLRACE_DATA of [file, join(file, 'below')]) {
    const { code, said } = await refused({ MILLRACE_DATA });
    expect([code, said.split('\n').length]).toEqual([1, 3]);
    expect(said).toContain(`MILLRACE_DATA  is ${JSON.stringify(MILLRACE_DATA)}, which is `);
    expect(said).toContain('name a folder that can be written to');
  }
});

test('data where the system makes no folder is refused at once, and not tried for ever', async () => {
  // Where there is no /proc, its folder cannot be made either.
  const { code, said } = await refused({ MILLRACE_DATA: '/proc/nothing/here' });
  expect(code).toBe(1);
  expect(said).toContain('MILLRACE_DATA  is "/proc/nothing/here", which ');
});

test('a store whose files are damaged is told in a sentence, with what to do', async () => {
  const dataDir = join(folder, 'damaged');
  await mkdir(join(dataDir, 'store'), { recursive: true });
  await writeFile(join(dataDir, 'store', 'store.sqlite'), 'nonsense');
  const { code, said } = await refused({ MILLRACE_DATA: dataDir });
  expect([code, said.trim().split('\n').length]).toEqual([1, 1]);
  expect(said).toContain(`The store in ${dataDir}/store cannot be opened: its files are damaged`);
  expect(said).toContain('name another MILLRACE_DATA');
});

test('a store of an earlier version, which kept it in PGlite, is refused with what to do', async () => {
  const dataDir = join(folder, 'pglite');
  await mkdir(join(dataDir, 'store'), { recursive: true });
  await writeFile(join(dataDir, 'store', 'PG_VERSION'), '17\n');
  const { code, said } = await refused({ MILLRACE_DATA: dataDir });
  expect([code, said.trim().split('\n').length]).toEqual([1, 1]);
  expect(said).toContain(
    'To go on with its runs, start the earlier version; to begin anew, name another MILLRACE_DATA.',
  );
});
