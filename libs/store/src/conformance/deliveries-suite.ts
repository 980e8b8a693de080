import { randomId } from '@millrace/contracts';
import type { Store } from '../open.js';
import type { Delivery } from '../webhooks/delivery.js';
import { changed, commitOf, createRun, newRun } from './runs.fixture.js';

const T0 = 1_700_000_000_000;

/** Tests how webhooks are kept until they are delivered. */
export function deliveriesSuite(open: () => Store): void {
  describe('webhooks', () => {
    const delivery = (run?: string): Delivery => ({
      id: randomId('msg'),
      run,
      at: T0,
      body: { type: 'run.ended', timestamp: new Date(T0).toISOString(), data: { status: 'completed' } },
    });
    const mine = new Set<string>();
    const keep = async (...deliveries: Delivery[]) => {
      for (const { id } of deliveries) mine.add(id);
      await open().writer.commit(commitOf({ deliveries }));
    };
    const due = async (at: number, until: number) =>
      (await open().deliveries.takeDue({ at, until, limit: 10_000 })).filter(({ id }) => mine.has(id));
    afterEach(async () => {
      await open().deliveries.forget([...mine]);
      mine.clear();
    });

    test('are taken by one, and by another when nothing came of it, with the number of the attempt', async () => {
      const one = delivery();
      await keep(one);
      expect(await due(T0 - 1, T0)).toEqual([]);
      expect(await due(T0, T0 + 60)).toEqual([{ id: one.id, at: T0, body: one.body, attempt: 1 }]);
      expect(await due(T0 + 59, T0 + 100)).toEqual([]);
      expect(await due(T0 + 60, T0 + 100)).toMatchObject([{ id: one.id, attempt: 2 }]);
      await open().deliveries.postpone(one.id, T0 + 500);
      expect(await due(T0 + 499, T0 + 600)).toEqual([]);
      expect(await due(T0 + 500, T0 + 600)).toMatchObject([{ attempt: 3 }]);
      await open().deliveries.forget([one.id]);
      expect(await due(T0 + 9_999, T0)).toEqual([]);
    });

    test('are one, however often they are written, and none where their batch is not', async () => {
      const one = delivery();
      await keep(one, one);
      await keep(one);
      const other = delivery();
      const topic = randomId('topic');
      await open().writer.commit(commitOf({ topic }));
      await expect(open().writer.commit(commitOf({ topic, deliveries: [other] }))).rejects.toThrow();
      mine.add(other.id);
      expect((await due(T0, T0 + 1)).map(({ id }) => id)).toEqual([one.id]);
    });

    test('of dead letters of no run are kept with the letter', async () => {
      const one = delivery();
      mine.add(one.id);
      await open().writer.keep([], [one]);
      expect(await due(T0, T0 + 1)).toHaveLength(1);
    });

    test('that are not delivered yet go with the run that is removed', async () => {
      const run = newRun({ status: 'completed', endedAt: T0 });
      await createRun(open(), run);
      await open().writer.commit(commitOf({ changes: [changed(run, { row: true })] }));
      await keep(delivery(run.id), delivery());
      expect(await open().erasure.erase(run.id)).toBeUndefined();
      expect(await due(T0, T0 + 1)).toHaveLength(1);
    });
  });
}
