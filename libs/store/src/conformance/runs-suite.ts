import { type Fact, randomId } from '@millrace/contracts';
import { StaleOwner, StoreUnavailable } from '../errors.js';
import type { Store } from '../open.js';
import { accepted, changed, commitOf, completed, createRun, newRun } from './runs.fixture.js';

/** Tests what a store does with runs: their facts, who may write them, and their timers. */
export function runsSuite(store: () => Store): void {
  let topic: string;
  beforeEach(() => {
    topic = randomId('topic');
  });

  test('a run is read back with its facts, in order, as they were written', async () => {
    const run = newRun();
    const odd = { text: 'zero \u0000 byte, "quotes", \\ and \ud800 half a pair', n: [1, null, { deep: true }] };
    await createRun(store(), run, { facts: [accepted(odd)] });
    await store().writer.commit(
      commitOf({ topic, changes: [changed(run, { fromSeq: 2, facts: [completed('a', 1), completed('b', odd)] })] }),
    );
    const facts = [accepted(odd), completed('a', 1), completed('b', odd)];
    expect(await store().reader.run(run.id)).toEqual({ ...run, facts });
    expect((await store().writer.load([run.id])).get(run.id)).toEqual(facts);
  });

  test('a run that exists is not made a second time', async () => {
    const run = newRun();
    await createRun(store(), run);
    await createRun(store(), { ...run, pipeline: 'another' }, { facts: [accepted('another')] });
    const found = await store().reader.run(run.id);
    expect(found).toMatchObject({ pipeline: 'letters', facts: [accepted()] });
  });

  test('of two coordinators that make the same run at once, one does', async () => {
    const run = newRun();
    await Promise.all([1, 2, 3].map(() => createRun(store(), run)));
    expect((await store().reader.run(run.id))?.facts).toHaveLength(1);
  });

  test('a stale owner changes nothing', async () => {
    const run = newRun();
    await createRun(store(), run);
    await store().writer.commit(commitOf({ topic, expected: null, next: 5, answer: Buffer.from([5, 0, 255]) }));
    const late = commitOf({
      topic,
      expected: 3,
      next: 6,
      changes: [changed({ ...run, status: 'completed' }, { row: true, fromSeq: 2, facts: [completed('a', 1)] })],
    });
    await expect(store().writer.commit(late)).rejects.toThrow(StaleOwner);
    await expect(store().writer.commit({ ...late, expected: null })).rejects.toThrow(StaleOwner);
    expect(await store().reader.run(run.id)).toMatchObject({ status: 'running', facts: [accepted()] });
    const { next, answer } = (await store().writer.position(topic, 0))!;
    expect({ next, answer: [...answer!] }).toEqual({ next: 5, answer: [5, 0, 255] });
  });

  test.each([
    { what: 'text with a NUL', over: { pipeline: 'a\0b' } },
    { what: 'a time that no column holds', over: { acceptedAt: 1e300 } },
  ])('$what is refused for its value, and the store goes on', async ({ over }) => {
    const refused = createRun(store(), newRun(over));
    await expect(refused).rejects.toThrow();
    await expect(refused).rejects.not.toBeInstanceOf(StoreUnavailable);
    const run = newRun();
    await createRun(store(), run);
    expect(await store().reader.run(run.id)).toMatchObject({ status: 'running' });
  });

  test('a commit in which one part fails leaves no other part behind', async () => {
    const run = newRun();
    await createRun(store(), run);
    const twice = changed(run, { fromSeq: 1, facts: [completed('a', 1)] }); // The run has a first fact.
    await expect(store().writer.commit(commitOf({ topic, changes: [twice] }))).rejects.toThrow();
    expect(await store().writer.position(topic, 0)).toBeUndefined();
  });

  test('a run that was moved is read, found and counted with the plan that it goes on with', async () => {
    const [topic, run] = [randomId('topic'), newRun()];
    await createRun(store(), run);
    const plans = { plan: 'p2', before: 'p1' };
    const steps = { from: 'a', kept: [], restarted: ['a'] };
    const facts: Fact[] = [{ type: 'run.moved', at: 1_700_000_000_900, attempt: 1, ...plans, ...steps }];
    const moved = changed({ ...run, plan: 'p2' }, { fromSeq: 2, facts, row: true });
    await store().writer.commit(commitOf({ topic, changes: [moved] }));
    expect(await store().reader.run(run.id)).toMatchObject({ id: run.id, plan: 'p2' });
    const live = (plan: string) => store().reader.deployed.liveRuns({ plans: [plan], after: '', limit: 1_000 });
    expect([await live('p1'), await live('p2')]).toEqual([
      expect.not.arrayContaining([run.id]),
      expect.arrayContaining([run.id]),
    ]);
  });

  test('live views get the facts past the one they saw last', async () => {
    const run = newRun();
    await createRun(store(), run);
    await store().writer.commit(
      commitOf({
        topic,
        changes: [changed(run, { fromSeq: 2, facts: [completed('a', 1), completed('b', 2), completed('c', 3)] })],
      }),
    );
    const after = async (seq: number) => (await store().reader.factsAfter(new Map([[run.id, seq]]))).get(run.id);
    expect(await after(0)).toHaveLength(4);
    expect(await after(2)).toEqual([completed('b', 2), completed('c', 3)]);
    expect(await after(4)).toBeUndefined();
    expect(await after(2_147_483_647)).toBeUndefined();
    expect(await after(3_000_000_000)).toBeUndefined();
  });

  test('a timer that is due is given out once, and again if nothing came of it', async () => {
    const early = newRun();
    const late = newRun();
    await createRun(store(), early, { wakeAt: 1_000 });
    await createRun(store(), late, { wakeAt: 9_000 });
    const due = (at: number) => store().writer.takeDue({ at, until: at + 5_000, limit: 10 });
    expect(await due(2_000)).toEqual([early.id]);
    expect(await due(2_000)).toEqual([]);
    expect([...(await due(9_500))].sort()).toEqual([early.id, late.id].sort());
    await store().writer.commit(
      commitOf({
        topic,
        changes: [early, late].map((run) => changed({ ...run, status: 'completed' }, { row: true })),
      }),
    );
    expect(await due(99_000)).toEqual([]);
  });
}
