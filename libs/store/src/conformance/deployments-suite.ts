import { randomId } from '@millrace/contracts';
import type { Store } from '../open.js';
import { createRun, newRun } from './runs.fixture.js';

/** Tests what a store does with deployments. */
export function deploymentsSuite(store: () => Store): void {
  describe('what is deployed', () => {
    const deploy = (pipeline: string, plan: string, id: string = randomId('dep')) =>
      store().deployments.apply({ id, at: 1_000, pipeline, stages: ['read'] }, ({ route, versions }) => ({
        outcome: { status: 'applied', pipeline, version: versions.length + 1, plan, unchanged: false },
        route: { current: plan, before: route?.current, canary: { plan, share: 0.25 } },
        version: {
          version: versions.length + 1,
          plan,
          deployedAt: 1_000 * (versions.length + 1),
          by: 'ann',
          reason: undefined,
          content: { hash: plan },
        },
        contracts: new Map([['read', { input: { const: plan }, output: {} }]]),
      }));

    test('is what was decided, and older plans stay readable', async () => {
      const pipeline = randomId('pipeline');
      await deploy(pipeline, `${pipeline}a`);
      await deploy(pipeline, `${pipeline}b`);
      const now = await store().reader.deployed.read({ pipeline, stages: ['read', 'none'] });
      expect(now.route).toEqual({
        current: `${pipeline}b`,
        before: `${pipeline}a`,
        canary: { plan: `${pipeline}b`, share: 0.25 },
      });
      expect(now.versions).toMatchObject([
        { version: 1, plan: `${pipeline}a`, deployedAt: 1_000, by: 'ann', reason: undefined },
        { version: 2, plan: `${pipeline}b` },
      ]);
      expect([...now.contracts]).toEqual([['read', { input: { const: `${pipeline}b` }, output: {} }]]);
      expect(await store().reader.plan(`${pipeline}a`)).toEqual({ hash: `${pipeline}a` });
      expect(await store().reader.plan('none')).toBeUndefined();
      const listed = (await store().reader.pipelines()).find(({ name }) => name === pipeline);
      expect(listed).toEqual({ name: pipeline, plan: `${pipeline}b`, deployedAt: 2_000 });
      expect((await store().reader.deployed.routes([pipeline])).get(pipeline)).toEqual(now.route);
    });

    test('is changed once by one request, however often and by however many it is applied', async () => {
      const pipeline = randomId('pipeline');
      const id = randomId('dep');
      const all = await Promise.all([1, 2, 3].map(() => deploy(pipeline, pipeline, id)));
      expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
      expect((await store().reader.deployed.read({ pipeline, stages: [] })).versions).toHaveLength(1);
      expect(await store().reader.deployed.outcome(id)).toEqual(all[0]);
      expect(await store().reader.deployed.outcome('none')).toBeUndefined();
    });

    test('tells which plans runs that have not ended still follow', async () => {
      const pipeline = randomId('pipeline');
      const [first, second, over] = [
        newRun({ pipeline, plan: `${pipeline}1` }),
        newRun({ pipeline }),
        newRun({ pipeline }),
      ];
      for (const run of [first, second]) await createRun(store(), run!);
      await createRun(store(), { ...over!, status: 'cancelled', endedAt: 9_000 });
      expect(await store().reader.deployed.livePlans(pipeline)).toEqual(
        [
          { plan: first!.plan, runs: 1 },
          { plan: second!.plan, runs: 1 },
        ].sort((a, b) => (a.plan < b.plan ? -1 : 1)),
      );
      const live = await store().reader.deployed.liveRuns({ plans: [`${pipeline}1`], after: '', limit: 5 });
      expect(live).toEqual([first!.id]);
    });

    test('knows which plans ask a stage, also as a fallback and in plans within them', async () => {
      const pipeline = randomId('pipeline');
      const plan = (steps: object) =>
        store().deployments.apply({ id: randomId('dep'), at: 1, pipeline, stages: [] }, ({ versions }) => ({
          outcome: { status: 'applied', pipeline, version: versions.length + 1, plan: '', unchanged: false },
          version: {
            version: versions.length + 1,
            plan: pipeline + versions.length,
            deployedAt: 1,
            by: undefined,
            reason: undefined,
            content: { steps },
          },
        }));
      await plan({ a: { stage: pipeline } });
      await plan({ a: { stage: 'other', fallback: { stage: pipeline } } });
      await plan({ a: { stage: 'other', fallback: [{ stage: 'another' }, { stage: pipeline }] } });
      await plan({ a: { work: { plan: { steps: { b: { stage: pipeline } } } }, text: '\u0000' } });
      await plan({ a: { stage: 'other', input: { text: pipeline } } });
      const expected = [0, 1, 2, 3].map((n) => pipeline + n);
      expect([...(await store().reader.deployed.plansOf(pipeline))].sort()).toEqual(expected);
    });
  });
}
