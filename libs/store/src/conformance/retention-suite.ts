import { randomId } from '@millrace/contracts';
import type { DeadLetter, RunSummary } from '../commit.js';
import type { Store } from '../open.js';
import type { ExpiredRequest } from '../retention/retention.js';
import { accepted, changed, commitOf, completed, newRun } from './runs.fixture.js';

const BASE = 1_600_000_000_000;

/** Tests how a store removes what has been kept for long enough. */
export function retentionSuite(store: () => Store): void {
  const letterOf = (over: Partial<DeadLetter>): DeadLetter => ({
    ...{
      id: randomId('dl'),
      status: 'open',
      at: BASE,
      run: undefined,
      pipeline: undefined,
      step: undefined,
      stage: undefined,
    },
    ...{ attempts: 1, input: {}, record: undefined },
    failure: { code: 'STAGE_THREW', kind: 'permanent', message: 'No.' },
    ...over,
  });
  const made = async (over: Partial<RunSummary>, attributes = {}): Promise<RunSummary> => {
    const run = newRun({ acceptedAt: BASE, status: 'completed', endedAt: BASE + 10, ...over });
    const change = changed(run, { created: true, facts: [accepted()], attributes });
    await store().writer.commit(commitOf({ changes: [change] }));
    return run;
  };
  const expired = (pipeline: string, over: Partial<ExpiredRequest> = {}) =>
    store().retention.expired({ pipeline, status: 'completed', endedBefore: BASE + 1_000, limit: 50, ...over });

  test('runs that ended before a time are old, the first accepted first; runs under way and child runs are not', async () => {
    const pipeline = randomId('pipeline');
    const [late, early] = [
      await made({ pipeline, acceptedAt: BASE + 5, degraded: true }),
      await made({ pipeline, acceptedAt: BASE + 1 }),
    ];
    await made({ pipeline, endedAt: BASE + 5_000 });
    await made({ pipeline, status: 'running', endedAt: undefined });
    await made({ pipeline, status: 'dead-lettered', endedAt: undefined });
    await made({ pipeline, parent: late.id });
    const ids = async (over?: Partial<ExpiredRequest>) => (await expired(pipeline, over)).map(({ id }) => id);
    expect(await ids()).toEqual([early.id, late.id]);
    expect(await ids({ limit: 1 })).toEqual([early.id]);
    expect(await ids({ after: { id: early.id, acceptedAt: early.acceptedAt } })).toEqual([late.id]);
    expect(await ids({ status: 'failed' })).toEqual([]);
  });

  test('a run is removed with everything that is kept of it, and nothing of any other run is', async () => {
    const pipeline = randomId('pipeline');
    const [gone, kept] = [
      await made({ pipeline }, { customer: 'ann' }),
      await made({ pipeline, status: 'running', endedAt: undefined }, { customer: 'bob' }),
    ];
    const letters = [gone, kept].map((run) => letterOf({ run: run.id, pipeline, step: 'draft', stage: 'draft' }));
    await store().writer.commit(
      commitOf({ deadLetters: letters, changes: [changed(gone, { fromSeq: 2, facts: [completed('draft', {})] })] }),
    );
    for (const { id } of [gone, kept])
      await store().runTags.change({ type: 'run.tag-requested', id: randomId('act'), at: BASE, run: id, add: ['vip'] });
    const [record] = await store().retention.records([gone.id]);
    expect(record).toMatchObject({ id: gone.id, attributes: { customer: 'ann' }, tags: ['vip'] });
    expect(record?.facts.map(({ type }) => type)).toEqual(['run.accepted', 'step.completed']);
    expect(record?.deadLetters).toMatchObject([{ id: letters[0]?.id, failure: { code: 'STAGE_THREW' } }]);
    expect(await store().retention.remove([gone.id, kept.id])).toBe(1);
    const { reader } = store();
    expect([await reader.run(gone.id), await reader.deadLetter(letters[0]!.id)]).toEqual([undefined, undefined]);
    expect((await reader.factsAfter(new Map([[gone.id, 0]]))).size).toBe(0);
    expect([...(await reader.labels([gone.id, kept.id])).keys()]).toEqual([kept.id]);
    expect(await reader.run(kept.id)).toMatchObject({ id: kept.id, facts: [accepted()] });
    expect(await reader.deadLetter(letters[1]!.id)).toMatchObject({ id: letters[1]?.id });
    expect(await store().retention.remove([gone.id])).toBe(0);
  });

  test('what is kept of a run elsewhere is removed before the run, and while that fails the run stays', async () => {
    const pipeline = randomId('pipeline');
    const [ended, open] = [await made({ pipeline }), await made({ pipeline, status: 'running', endedAt: undefined })];
    const removed: string[] = [];
    let isAway = true;
    store().retention.beforeRemoval((runs) => {
      if (isAway) return Promise.reject(new Error('The other store is away.'));
      removed.push(...runs);
      return Promise.resolve();
    });
    try {
      await expect(store().retention.remove([ended.id, open.id])).rejects.toThrow('away');
      expect(await store().reader.run(ended.id)).toBeDefined();
      isAway = false;
      expect(await store().retention.remove([ended.id, open.id])).toBe(1);
      expect(removed).toEqual([ended.id]);
    } finally {
      store().retention.beforeRemoval(() => Promise.resolve());
    }
  });

  test('child runs go before their parents, however many there are', async () => {
    const pipeline = randomId('pipeline');
    const parent = await made({ pipeline });
    const child = await made({ pipeline, parent: parent.id });
    const changes = Array.from({ length: 700 }, () =>
      changed(newRun({ pipeline, parent: child.id, status: 'completed', acceptedAt: BASE, endedAt: BASE }), {
        created: true,
      }),
    );
    await store().writer.commit(commitOf({ changes }));
    const { retention } = store();
    const first = await retention.withChildren([parent.id]);
    expect(first).not.toContain(parent.id);
    expect(await retention.remove(first)).toBe(first.length);
    const rest = await retention.withChildren([parent.id]);
    expect(rest.slice(-2)).toEqual([child.id, parent.id]);
    expect(first.length + rest.length).toBe(702);
    await retention.remove(rest);
    expect(await store().reader.run(parent.id)).toBeUndefined();
  });

  test('dead letters of no run go when they have been dealt with; open ones stay', async () => {
    const letters = [letterOf({ at: 1_000 }), letterOf({ at: 1_000 }), letterOf({ at: BASE })];
    await store().writer.commit(commitOf({ deadLetters: letters, redriven: [letters[1]!.id, letters[2]!.id] }));
    await store().retention.removeOthers(2_000, 50);
    const found = await Promise.all(letters.map(({ id }) => store().reader.deadLetter(id)));
    expect(found.map((letter) => letter?.status)).toEqual(['open', undefined, 'redriven']);
  });
}
