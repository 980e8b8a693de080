import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepPrivate } from './index.js';

let dir: string;
let before: number;
beforeEach(async () => {
  before = process.umask(0o022);
  dir = await mkdtemp(join(tmpdir(), 'millrace-private-'));
});
afterEach(async () => {
  process.umask(before);
  await rm(dir, { recursive: true, force: true });
});

const modes = async (folder: string) => {
  const names = ['', ...(await readdir(folder, { recursive: true })).sort()];
  const found = await Promise.all(names.map(async (name) => [name, (await lstat(join(folder, name))).mode & 0o777]));
  return Object.fromEntries(found) as Record<string, number>;
};

test('what is written from now on is for this account alone, and what was written before is tightened', async () => {
  const data = join(dir, 'data');
  await mkdir(join(data, 'store/base'), { recursive: true });
  await writeFile(join(data, 'store/base/1'), 'a customer’s mail', { mode: 0o666 });
  await mkdir(join(data, 'outbox'), { mode: 0o777 });
  await keepPrivate(data);
  await mkdir(join(data, 'log'));
  await writeFile(join(data, 'log/0'), 'another');
  expect(await modes(data)).toEqual({
    '': 0o700,
    log: 0o700,
    'log/0': 0o600,
    outbox: 0o700,
    store: 0o700,
    'store/base': 0o700,
    'store/base/1': 0o600,
  });
});

test('what is not ours in the folder stays as it is, and no link is followed', async () => {
  const data = join(dir, 'data');
  await mkdir(join(data, 'src'), { recursive: true });
  await mkdir(join(data, 'infra'));
  await mkdir(join(dir, 'elsewhere'));
  await symlink(join(dir, 'elsewhere'), join(data, 'outbox'));
  await keepPrivate(data);
  expect(await modes(data)).toMatchObject({ '': 0o711, src: 0o755, infra: 0o755 });
  expect((await lstat(join(dir, 'elsewhere'))).mode & 0o777).toBe(0o755);
});

test('a folder that is not there is made only where it is wanted', async () => {
  await keepPrivate(join(dir, 'no'));
  expect(await readdir(dir)).toEqual([]);
  await keepPrivate(join(dir, 'yes'), { create: true });
  expect(await modes(dir)).toMatchObject({ yes: 0o700 });
});
