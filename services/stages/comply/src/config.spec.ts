import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '@millrace/runtime';
import { config, providers } from './config.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

const started = async (rules: string) => {
  const file = join(folder, 'rules.json');
  await writeFile(file, rules);
  return providers(readSettings(config, { COMPLY_RULES: file }, 'comply'));
};

test('rules of your own take the place of ours', async () => {
  await expect(started('[{"id":"short","severity":"error","message":"m","when":"words > 9"}]')).resolves.toHaveLength(
    2,
  );
});

test.each([
  ['not JSON', '[', 'expected a readable JSON file'],
  ['a condition that is no CEL', '[{"id":"one","severity":"error","message":"m","when":"words >"}]', 'rule one'],
  ['a name that is no fact', '[{"id":"one","severity":"error","message":"m","when":"nobody == 1.0"}]', 'rule one'],
])('rules that cannot be used stop the start: %s', async (_, rules, why) => {
  await expect(started(rules)).rejects.toThrow(why);
});
