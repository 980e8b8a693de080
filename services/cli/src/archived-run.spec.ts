import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from './exit.js';
import { FakeGateway } from './testing/fake-gateway.js';

const RUN = 'run_00000000000000000000000000';
const archived = (id: string, title: string) => ({
  ...{
    id,
    pipeline: 'mail',
    plan: 'p',
    status: 'completed',
    acceptedAt: 1_700_000_000_000,
    endedAt: 1_700_000_004_000,
  },
  ...{ title, attributes: { customer: 'ann' }, tags: ['vip'], deadLetters: [] },
  facts: [
    { type: 'run.accepted', at: 1_700_000_000_000, pipeline: 'mail', plan: 'p', input: {}, source: 'intake/0/0' },
    { type: 'run.completed', at: 1_700_000_004_000, output: null },
  ],
});

test('a run that was removed is read from the archive, as it was archived last', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-archive-'));
  await using gateway = await FakeGateway.open();
  const lines = [
    archived('run_11111111111111111111111111', 'Another'),
    archived(RUN, 'Before'),
    archived(RUN, 'Lost card'),
  ];
  await writeFile(join(folder, 'runs-2023-11-14.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const shown = await gateway.run(`run get ${RUN} --archive ${folder}`);
  expect(shown.exit).toBe(EXIT.ok);
  for (const text of ['archived', 'Lost card', 'customer=ann', 'vip', '2023-11-14T22:13:24.000Z', '4.000s'])
    expect(shown.out).toContain(text);
  const json = JSON.parse((await gateway.run(`run get ${RUN} --archive ${folder} -o json`)).out) as object;
  expect(json).toEqual(lines[2]);
  const none = await gateway.run(`run get run_22222222222222222222222222 --archive ${folder}`);
  expect([none.exit, none.err.includes('is not in the archive')]).toEqual([EXIT.notFound, true]);
  expect((await gateway.run(`run get ${RUN} --archive ${folder}/none`)).exit).toBe(EXIT.usage);
  await rm(folder, { recursive: true });
});
