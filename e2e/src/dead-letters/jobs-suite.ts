import type { Api } from '../api.js';
import { until } from '../processes.js';

interface Job {
  readonly id: string;
  readonly status: string;
  readonly items: Readonly<Record<string, number>>;
}

interface Letter {
  readonly id: string;
  readonly run: string;
  readonly redrives: number;
}

interface Installed {
  readonly api: Api;
  /** Ends the coordinators as by a crash; they start again by themselves. */
  kill(): Promise<void>;
}

const LETTERS = 40;
/** A mail of nothing: its first step fails for good, each time. */
const EMPTY = Buffer.from('Subject: \r\n\r\n');

/** Tests jobs over dead letters from the outside, with coordinators that are killed meanwhile. */
export function jobsSuite(name: string, installed: () => Installed): void {
  test(`a job over a group goes on when ${name} is killed, and redrives each letter once`, async () => {
    const { api } = installed();
    const runs = await Promise.all(Array.from({ length: LETTERS }, (_, i) => api.start(EMPTY, `empty-${i}`)));
    const group = await until('all letters are in one group', async () => {
      const { items } = await api.get<{ items: { fingerprint: string; count: number }[] }>('/v1/dead-letters/groups');
      return items.find(({ count }) => count === LETTERS);
    });
    const work = { kind: 'redrive', filter: { fingerprint: group.fingerprint }, perSecond: 20, by: 'ann' };
    const preview = await api.post('/v1/jobs', { ...work, dryRun: true });
    expect(await preview.json()).toMatchObject({ letters: LETTERS, refused: 0 });
    const { id } = (await (await api.post('/v1/jobs', work)).json()) as { id: string };
    const job = () => api.get<Job>(`/v1/jobs/${id}`);
    await until('the job has begun', async () => ((await job()).items['redriven'] ?? 0) > 0);
    await installed().kill();
    const ended = await until('the job has ended', async () => {
      const found = await job().catch(() => undefined);
      return found?.status === 'completed' && found;
    });
    expect(ended.items).toMatchObject({ redriven: LETTERS, refused: 0, waiting: 0, sent: 0 });
    // Those that cannot be cured come back, and are redriven no more than that once.
    const letters = await until('all letters have come back', async () => {
      const path = `/v1/dead-letters?status=open&fingerprint=${group.fingerprint}&limit=200`;
      const { items } = await api.get<{ items: Letter[] }>(path);
      return items.length === LETTERS && items;
    });
    expect(new Set(letters.map(({ redrives }) => redrives))).toEqual(new Set([1]));
    expect(letters.map(({ run }) => run).sort()).toEqual([...runs].sort());
    for (const run of runs) {
      const { items } = await api.get<{ items: { type: string }[] }>(`/v1/runs/${run}/history`);
      expect(items.filter(({ type }) => type === 'step.redriven')).toHaveLength(1);
    }
    const { items } = await api.get<{ items: { kind: string; by: string }[] }>(`/v1/audit?subject=${id}`);
    expect(items).toMatchObject([{ kind: 'job.redrive', by: 'ann' }]);
    expect(await api.get('/v1/audit/check')).not.toHaveProperty('broken');
  }, 300_000);
}
