import type { DeployRequested, RouteRequested, StageSchemas } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import type { Deployed } from '@millrace/store';
import { deployment, type PlanRequest, routing } from './deployment.js';

const planOf = (timeoutMs: number) =>
  loadPlan({
    format: 1,
    pipeline: 'letters',
    inputSchema: {},
    steps: {
      a: { kind: 'stage', stage: 'read', input: null, retry: {}, timeoutMs, predecessors: [] },
    },
    output: { $ref: ['a'] },
  });
const [one, two] = [planOf(1), planOf(2)];
const Text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const read: StageSchemas = { input: Text, output: Text };

const asked = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  type: 'pipeline.deploy-requested',
  id: 'd',
  at: 5,
  plan: two.plan as DeployRequested['plan'],
  contracts: { read },
  ...more,
});
const version = (number: number, plan: string) => ({
  version: number,
  plan,
  deployedAt: 1,
  by: undefined,
  reason: undefined,
});
const nothing: Deployed = { route: undefined, versions: [], contracts: new Map(), schedules: [], paused: undefined };
const first: Deployed = {
  route: { current: one.hash, before: undefined, canary: undefined },
  versions: [version(1, one.hash)],
  contracts: new Map([['read', read]]),
  schedules: [],
  paused: undefined,
};
const both: Deployed = {
  ...first,
  route: { current: two.hash, before: one.hash, canary: undefined },
  versions: [version(1, one.hash), version(2, two.hash)],
};

describe('a deployment', () => {
  test('makes the next version, with who brought it and why, and the plan current', () => {
    expect(deployment(asked({ by: 'ann', reason: 'faster' }), two, first)).toMatchObject({
      outcome: { status: 'applied', version: 2, plan: two.hash, unchanged: false },
      version: { version: 2, deployedAt: 5, by: 'ann', reason: 'faster', content: two.plan },
      route: { current: two.hash, before: one.hash },
    });
    expect(deployment(asked(), two, nothing)).toMatchObject({ outcome: { version: 1 }, route: { current: two.hash } });
  });

  test('with a share leaves the current plan alone', () => {
    const { route } = deployment(asked({ share: 0.05 }), two, first);
    expect(route).toEqual({ current: one.hash, before: undefined, canary: { plan: two.hash, share: 0.05 } });
  });

  test('of a plan that is known makes no version, and goes back to it', () => {
    const change = deployment(asked({ plan: one.plan as DeployRequested['plan'] }), one, both);
    expect(change.version).toBeUndefined();
    expect(change).toMatchObject({ outcome: { version: 1 }, route: { current: one.hash, before: two.hash } });
  });

  test('at the start of a service does not undo what was deployed since', () => {
    const change = deployment(asked({ plan: one.plan as DeployRequested['plan'], atStart: true }), one, both);
    expect(change).toMatchObject({ outcome: { status: 'applied', version: 1, unchanged: true } });
    expect([change.version, change.route]).toEqual([undefined, undefined]);
  });

  test('with a contract that has grown keeps the new one', () => {
    const grown = { input: Text, output: { ...Text, properties: { ...Text.properties, n: { type: 'number' } } } };
    expect([...deployment(asked({ contracts: { read: grown } }), two, first).contracts!]).toEqual([['read', grown]]);
    expect([...deployment(asked(), two, first).contracts!]).toEqual([]);
  });

  test('with a contract that breaks others is refused, naming the stage and the place, and changes nothing', () => {
    const broken = { input: { ...Text, required: ['text', 'id'] }, output: { type: 'string' } };
    expect(deployment(asked({ contracts: { read: broken } }), two, first)).toEqual({
      outcome: {
        status: 'refused',
        pipeline: 'letters',
        failure: {
          code: 'CONTRACT_BREAKS',
          kind: 'permanent',
          message: 'The contract of read would break those who know it: /contracts/read/input/id may be missing.',
          details: [
            { pointer: '/contracts/read/input/id', detail: 'may be missing' },
            { pointer: '/contracts/read/output', detail: 'is string, not object' },
          ],
        },
      },
    });
  });
});

describe('a route', () => {
  const route = (action: RouteRequested['action'], more: Partial<RouteRequested> = {}, now: Deployed = both) =>
    routing({ type: 'pipeline.route-requested', id: 'r', at: 5, pipeline: 'letters', action, ...more }, now);
  const trying: Deployed = {
    ...both,
    route: { current: one.hash, before: undefined, canary: { plan: two.hash, share: 0.1 } },
  };

  test('gives a version a share, promotes it, and takes it back', () => {
    expect(route('canary', { version: 1, share: 0.5 })).toMatchObject({
      outcome: { version: 1 },
      route: { current: two.hash, canary: { plan: one.hash, share: 0.5 } },
    });
    expect(route('promote', {}, trying)).toMatchObject({
      outcome: { version: 2 },
      route: { current: two.hash, before: one.hash },
    });
    expect(route('rollback', {}, trying)).toMatchObject({
      outcome: { version: 1 },
      route: { current: one.hash, canary: undefined },
    });
    expect(route('rollback', { version: 1 })).toMatchObject({
      outcome: { version: 1 },
      route: { current: one.hash, before: two.hash },
    });
  });

  test.each([
    ['UNKNOWN_PIPELINE', route('promote', {}, nothing)],
    ['NO_CANARY', route('promote')],
    ['UNKNOWN_VERSION', route('rollback', { version: 7 })],
    ['UNKNOWN_VERSION', route('rollback', {}, first)],
    ['UNKNOWN_VERSION', route('canary', { version: 1 })],
  ])('that cannot be is refused with %s', (code, { outcome }) => {
    expect(outcome).toMatchObject({ status: 'refused', failure: { code } });
  });
});
