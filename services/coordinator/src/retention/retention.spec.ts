import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchivedRun, type EndedStatus, type Store } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { Archive } from './archive.js';
import { RetentionLoop } from './retention-loop.js';
import { RetentionRules } from './rules.js';

const DAY = 86_400_000;
const rules = (text: string): RetentionRules => {
  const read = RetentionRules.read(text);
  if (!read) throw new Error(`"${text}" was not read`);
  return read;
};

test.each([
  ['30d', 'letters', 'failed', 30 * DAY],
  ['30d,letters=90d', 'letters', 'failed', 90 * DAY],
  ['30d,letters=90d', 'mail', 'failed', 30 * DAY],
  ['30d, letters=90d, letters/failed=never', 'letters', 'failed', undefined],
  ['30d, letters=90d, letters/failed=never', 'letters', 'completed', 90 * DAY],
  ['never,*/completed=12h', 'letters', 'completed', DAY / 2],
  ['never,*/completed=12h', 'letters', 'cancelled', undefined],
] as const)('of %s the most exact rule counts for %s that %s', (text, pipeline, status, ms) => {
  expect(rules(text).keepMs(pipeline, status)).toBe(ms);
});

test.each(['', '30', 'd', '30d,', 'letters=soon', 'letters/running=1d', 'a b=1d', '-1d'])(
  'rules that nobody could mean are refused: "%s"',
  (text) => {
    expect(RetentionRules.read(text)).toBeUndefined();
  },
);

/** A store in memory: ended runs by pipeline, and child runs. */
class Kept {
  readonly removed: string[][] = [];
  constructor(
    readonly runs: Map<string, { pipeline: string; status: EndedStatus; endedAt: number; parent?: string }>,
  ) {}

  readonly store = {
    retention: {
      pipelines: () => Promise.resolve([...new Set([...this.runs.values()].map(({ pipeline }) => pipeline))]),
      expired: ({ pipeline, status, endedBefore, after, limit }: Parameters<Store['retention']['expired']>[0]) =>
        Promise.resolve(
          [...this.runs]
            .filter(
              ([id, run]) =>
                run.pipeline === pipeline && run.status === status && !run.parent && id > (after?.id ?? ''),
            )
            .filter(([, { endedAt }]) => endedAt < endedBefore)
            .slice(0, limit)
            .map(([id, { endedAt }]) => ({ id, acceptedAt: endedAt })),
        ),
      withChildren: (runs: readonly string[]) =>
        Promise.resolve([
          ...[...this.runs].flatMap(([id, { parent }]) => (runs.includes(parent ?? '') ? [id] : [])),
          ...runs,
        ]),
      records: (runs: readonly string[]) =>
        Promise.resolve(
          runs.map((id) => ({ id, acceptedAt: Date.UTC(2026, 0, 31), facts: [] }) as unknown as ArchivedRun),
        ),
      remove: (runs: readonly string[]) => {
        this.removed.push([...runs]);
        for (const id of runs) this.runs.delete(id);
        return Promise.resolve(runs.length);
      },
      removeOthers: () => Promise.resolve(0),
    } as unknown as Store['retention'],
  };
}

test('ended runs go when their rule says so, children first, in small batches, and are in the archive before', async () => {
  const now = 100 * DAY;
  const ended = (pipeline: string, days: number, parent?: string) =>
    ({ pipeline, status: 'completed', endedAt: now - days * DAY, ...(parent && { parent }) }) as const;
  const names = Array.from({ length: 250 }, (_, i) => `run_${String(i).padStart(3, '0')}`);
  const kept = new Kept(
    new Map([
      ...names.map((id) => [id, ended('mail', 31)] as const),
      ['run_child', ended('mail', 31, names[0])],
      ['run_young', ended('mail', 29)],
      ['run_long', ended('letters', 31)],
    ]),
  );
  const folder = await mkdtemp(join(tmpdir(), 'millrace-archive-'));
  const { log } = telemetry({ service: 'coordinator', logTo: { write: () => undefined } });
  const needs = { store: kept.store, telemetry: { log }, now: () => now, perSecond: 99_999 };
  const loop = new RetentionLoop({ ...needs, rules: rules('30d,letters=90d'), archive: new Archive(folder) });
  expect(await loop.round()).toBe(251);
  await loop.stop();
  expect([...kept.runs.keys()]).toEqual(['run_young', 'run_long']);
  expect(kept.removed[0]?.[0]).toBe('run_child');
  expect(Math.max(...kept.removed.map((batch) => batch.length))).toBeLessThanOrEqual(101);
  expect(await readdir(folder)).toEqual(['runs-2026-01-31.jsonl']);
  const lines = (await readFile(join(folder, 'runs-2026-01-31.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual(['run_child', ...names].sort());
  await rm(folder, { recursive: true });
});
