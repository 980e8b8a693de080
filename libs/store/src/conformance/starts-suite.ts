import { randomId } from '@millrace/contracts';
import type { CollectedRecord } from '@millrace/pipeline/engine';
import type { Store } from '../open.js';

/** Tests what a store does with schedules, triggers and concurrency. */
export function startsSuite(open: () => Store): void {
  describe('schedules', () => {
    const spec = { cron: '0 * * * *', zone: 'UTC', catchUp: 'last', input: {} };
    const listed = async (pipeline: string) =>
      (await open().reader.schedules({ pipeline })).map(({ name, nextAt, made }) => ({ name, nextAt, made }));
    const apply = (pipeline: string, more: object, at = 1) =>
      open().deployments.apply({ id: randomId('dep'), at, pipeline, stages: [] }, () => ({
        outcome: { status: 'applied', pipeline, unchanged: false },
        ...more,
      }));
    /** Deploys a plan with such schedules. */
    const deploy = async (pipeline: string, options: { version: number; schedules: object; at: number }) => {
      const plan = `${pipeline}/${options.version}`;
      const content = { starts: { schedules: options.schedules } };
      const version = { version: options.version, plan, deployedAt: options.at, content };
      await apply(pipeline, { version, route: { current: plan, before: undefined, canary: undefined } }, options.at);
      return plan;
    };
    const HOUR = 3_600_000;

    test('of a plan take the place of those before with its deployment; one that is as it was keeps its time, and those that were made stay', async () => {
      const pipeline = randomId('pipeline');
      const first = await deploy(pipeline, { version: 1, schedules: { a: spec, b: spec }, at: 1 });
      await apply(pipeline, {
        makes: { pipeline, name: 'mine', spec, nextAt: 1.5 * HOUR, made: true, by: 'ann', reason: undefined },
      });
      const other = { ...spec, cron: '30 * * * *' };
      await deploy(pipeline, { version: 2, schedules: { a: spec, b: other }, at: 2 * HOUR + 1 });
      const now = [
        { name: 'a', nextAt: HOUR, made: false },
        { name: 'mine', nextAt: 1.5 * HOUR, made: true },
        { name: 'b', nextAt: 2.5 * HOUR, made: false },
      ];
      expect(await listed(pipeline)).toEqual(now);
      await open().starts.keepSchedules({ pipeline, plan: first, at: 1 });
      expect(await listed(pipeline)).toEqual(now);
      await deploy(pipeline, { version: 3, schedules: {}, at: 1 });
      expect(await listed(pipeline)).toEqual([{ name: 'mine', nextAt: 1.5 * HOUR, made: true }]);
      await apply(pipeline, { removes: 'mine' });
      expect(await listed(pipeline)).toEqual([]);
    });

    test('are due until they are moved on, which is done once', async () => {
      const pipeline = randomId('pipeline');
      await deploy(pipeline, { version: 1, schedules: { a: spec }, at: 1 });
      const due = async () =>
        (await open().starts.dueSchedules(2 * HOUR, 1_000)).find((one) => one.pipeline === pipeline);
      const found = (await due())!;
      expect((await open().starts.due(2 * HOUR)).schedules).toBe(true);
      await open().starts.moveOn(found, 5 * HOUR);
      await open().starts.moveOn(found, 9 * HOUR);
      expect(await due()).toBeUndefined();
      expect(await listed(pipeline)).toMatchObject([{ nextAt: 5 * HOUR }]);
    });
  });

  describe('records that are gathered', () => {
    let trigger: string;
    let topic: string;
    beforeEach(() => {
      trigger = randomId('trigger');
      topic = randomId('topic');
    });
    const one = (offset: number, more: Partial<CollectedRecord> = {}) => ({
      trigger,
      key: '',
      record: offset,
      bytes: 10,
      place: `${trigger}/${offset}`,
      max: 3,
      maxBytes: 1_000,
      dueAt: 5_000,
      latestMs: 4_000,
      replaces: false,
      offset,
      ...more,
    });
    const collect = (records: readonly ReturnType<typeof one>[], now = 1_000) =>
      open().starts.collect(
        { topic, partition: 0, next: Math.max(...records.map(({ offset }) => offset)) + 1, now },
        records,
      );
    const due = async (at: number) =>
      (await open().starts.dueBatches({ at, until: at, limit: 1_000 }))
        .filter((found) => found.trigger === trigger)
        .map(({ id, records }) => ({ id, records }));

    test('are a batch when there are enough, or when the first has waited long enough, in order', async () => {
      await collect([one(0), one(1), one(2), one(3)]);
      expect(await due(1_000)).toEqual([{ id: `${trigger}/0`, records: [0, 1, 2] }]);
      await open().starts.forget([`${trigger}/0`]);
      expect(await due(4_999)).toEqual([]);
      expect(await due(5_000)).toEqual([{ id: `${trigger}/3`, records: [3] }]);
    });

    test.each(['text', '{"a":1}', '12', '', '\u0000', null, [], 'null'])('are kept as they are: %j', async (record) => {
      await collect([{ ...one(0), record } as ReturnType<typeof one>]);
      expect(await due(5_000)).toEqual([{ id: `${trigger}/0`, records: [record] }]);
    });

    test('are taken once, however often they come', async () => {
      await collect([one(0), one(1), one(2)]);
      await open().starts.forget((await due(1_000)).map(({ id }) => id));
      await collect([one(0), one(1), one(2), one(3)]);
      expect(await due(5_000)).toEqual([{ id: `${trigger}/3`, records: [3] }]);
    });

    test('stay what they are once they are due, until they are done with', async () => {
      await collect([one(0)]);
      expect(await due(5_000)).toEqual([{ id: `${trigger}/0`, records: [0] }]);
      await collect([one(1)], 6_000);
      expect(await due(5_000)).toEqual(
        [
          { id: `${trigger}/0`, records: [0] },
          { id: `${trigger}/1`, records: [1] },
        ].slice(0, 2),
      );
    });

    test('are parted before they grow too large', async () => {
      await collect([one(0, { bytes: 600 }), one(1, { bytes: 600 })]);
      expect(await due(1_000)).toEqual([{ id: `${trigger}/0`, records: [0] }]);
    });

    test('of a debounce are the last one, once none has come for a while, and at the latest in time', async () => {
      const edit = (offset: number, dueAt: number) =>
        collect([one(offset, { replaces: true, max: Infinity, dueAt, latestMs: 3_000 })], dueAt - 1_000);
      await edit(0, 2_000);
      await edit(1, 2_500);
      expect(await due(2_499)).toEqual([]);
      expect(await due(2_500)).toEqual([{ id: `${trigger}/0`, records: [1] }]);
      await open().starts.forget([`${trigger}/0`]);
      await edit(2, 11_000);
      await edit(3, 14_000);
      expect(await due(13_000)).toEqual([{ id: `${trigger}/2`, records: [3] }]);
    });

    test('of one key that come on several partitions at once are together, none twice', async () => {
      const others = Array.from({ length: 8 }, (_, partition) => partition);
      await Promise.all(
        others.map((partition) =>
          open().starts.collect({ topic, partition, next: 1, now: 1_000 }, [
            one(0, { place: `${trigger}/${partition}`, record: partition, max: 100 }),
          ]),
        ),
      );
      const found = await due(5_000);
      expect(found).toHaveLength(1);
      expect(found[0]!.records.toSorted()).toEqual(others);
    });

    test('of different keys are different runs', async () => {
      await collect([one(0, { key: 'a', max: 2 }), one(1, { key: 'b', max: 2 }), one(2, { key: 'a', max: 2 })]);
      expect(await due(1_000)).toEqual([{ id: `${trigger}/0`, records: [0, 2] }]);
    });
  });
}
