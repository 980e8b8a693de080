import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from './exit.js';
import { FakeGateway, runIn } from './testing/fake-gateway.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'millrace-home-'));
});
afterEach(() => rm(home, { recursive: true }));
const millrace = (args: string, env: Record<string, string> = {}) => runIn({ HOME: home, ...env }, args.split(' '));

test('a profile names a gateway: by option, by environment, and where nothing else is named', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set('/v1/pipelines', {
    items: [{ name: 'claims', plan: 'p1', deployedAt: '2026-01-01T00:00:00.000Z' }],
  });
  expect((await millrace(`profile set prod ${gateway.url}`)).exit).toBe(EXIT.ok);
  expect((await millrace('pipeline list -o name --profile prod')).out).toBe('claims\n');
  expect((await millrace('pipeline list -o name', { MILLRACE_PROFILE: 'prod' })).out).toBe('claims\n');
  await millrace('profile use prod');
  expect((await millrace('pipeline list -o name')).out).toBe('claims\n');
  expect((await millrace('profile list')).out).toContain(`prod     *     ${gateway.url}`);
  await millrace('profile remove prod');
  expect((await millrace('profile list -o json')).out).toBe('[]\n');
});

test('a profile that there is not is named, with those that there are', async () => {
  await millrace('profile set prod https://millrace.example.com');
  expect(await millrace('run list --profile staging')).toMatchObject({
    exit: EXIT.usage,
    err: expect.stringContaining('There is no profile "staging" (prod)') as string,
  });
  expect((await millrace('profile use staging')).exit).toBe(EXIT.notFound);
});

test('a login in a profile is not printed, and its file is for its owner alone', async () => {
  await millrace('profile set prod https://ann:secret@millrace.example.com');
  const { out } = await millrace('profile list -o json');
  expect(out).not.toContain('secret');
  const file = join(home, '.config', 'millrace', 'profiles.json');
  expect([(await stat(file)).mode & 0o777, await readFile(file, 'utf8')]).toEqual([
    0o600,
    expect.stringContaining('secret'),
  ]);
});

test('a file that is no profiles is said to be so, and nothing is lost', async () => {
  await millrace('profile set prod https://millrace.example.com');
  const file = join(home, '.config', 'millrace', 'profiles.json');
  await writeFile(file, '{');
  expect(await millrace('profile set other https://other.example.com')).toMatchObject({ exit: EXIT.usage });
  expect(await readFile(file, 'utf8')).toBe('{');
});
