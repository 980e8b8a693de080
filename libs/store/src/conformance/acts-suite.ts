import { randomId } from '@millrace/contracts';
import type { DoneAct } from '../letters/act.js';
import { StaleOwner } from '../errors.js';
import type { Store } from '../open.js';
import { commitOf } from './runs.fixture.js';

const doneAct = (over: Partial<DoneAct> = {}): DoneAct => ({
  id: randomId('act'),
  at: 1_700_000_000_000,
  kind: 'run.pause',
  subject: randomId('run'),
  by: 'ann',
  reason: 'too hot',
  detail: null,
  outcome: { status: 'applied', unchanged: false },
  ...over,
});

/** Tests the audit trail: what comes into it, and that it is one chain whoever appends to it. */
export function actsSuite(store: () => Store): void {
  const actsOn = async (subject: string) => (await store().reader.acts.list({ subject, limit: 10 })).items;

  test('acts on runs are in the trail with the batch that they belong to, once', async () => {
    const act = doneAct();
    await store().writer.commit(commitOf({ acts: [act] }));
    await store().writer.commit(commitOf({ acts: [act] }));
    expect(await actsOn(act.subject)).toMatchObject([act]);
  });

  test('a batch that is refused leaves no act behind', async () => {
    const act = doneAct();
    const first = commitOf();
    await store().writer.commit(first);
    await expect(store().writer.commit({ ...first, acts: [act] })).rejects.toThrow(StaleOwner);
    expect(await actsOn(act.subject)).toEqual([]);
  });

  test('a deployment is in the trail with its outcome, also where it is refused', async () => {
    const pipeline = randomId('pipeline');
    const [applied, refused] = [randomId('dep'), randomId('dep')];
    const failure = { code: 'PLAN_REFUSED', kind: 'permanent', message: 'No.' } as const;
    const apply = (id: string, outcome: Parameters<Store['deployments']['apply']>[1]) =>
      store().deployments.apply(
        { id, at: 1_000, pipeline, stages: [], act: () => doneAct({ id, subject: pipeline, kind: 'pipeline.deploy' }) },
        outcome,
      );
    await apply(applied, () => ({ outcome: { status: 'applied', pipeline, unchanged: true } }));
    await apply(applied, () => ({ outcome: { status: 'applied', pipeline, unchanged: false } }));
    await apply(refused, () => ({ outcome: { status: 'refused', pipeline, failure } }));
    expect(await actsOn(pipeline)).toMatchObject([
      { id: refused, outcome: { status: 'refused', failure } },
      { id: applied, outcome: { status: 'applied', unchanged: true } },
    ]);
  });

  test.each(["update acts set by = 'eve'", 'delete from acts'])(
    'the database itself refuses to "%s"',
    async (statement) => {
      const act = doneAct();
      await store().writer.commit(commitOf({ acts: [act] }));
      const changing = store().acts.once(doneAct(), async (query) => {
        await query(statement, []);
        return { status: 'applied', unchanged: false };
      });
      await expect(changing).rejects.toThrow();
      expect(await actsOn(act.subject)).toMatchObject([act]);
    },
  );

  test('whoever appends at the same time, the chain is one, and pages have each act once, in both directions', async () => {
    const subject = randomId('run');
    const acts = Array.from({ length: 12 }, () => doneAct({ subject }));
    await Promise.all(
      acts.map((act, i) =>
        i % 2 === 0
          ? store().writer.commit(commitOf({ acts: [act] }))
          : store().acts.once(act, () => Promise.resolve(act.outcome)),
      ),
    );
    const { broken, head } = await store().reader.acts.verify();
    expect(broken).toBeUndefined();
    expect((await store().reader.acts.list({ limit: 1 })).items[0]!.hash).toBe(head);
    const read = async (oldestFirst: boolean) => {
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await store().reader.acts.list({ subject, limit: 5, oldestFirst, ...(before && { before }) });
        seen.push(...page.items.map(({ id }) => id));
        before = page.next;
      } while (before);
      return seen;
    };
    const oldest = await read(true);
    expect([...oldest].sort()).toEqual(acts.map(({ id }) => id).sort());
    expect(await read(false)).toEqual(oldest.reverse());
  });
}
