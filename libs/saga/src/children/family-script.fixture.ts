import fc from 'fast-check';
import type { Plan } from '@millrace/pipeline/engine';

/** A run, its child runs, and theirs: random plans of every kind of step, and a random course of events. */
export interface Script {
  readonly plan: Plan;
  /** The ways in which attempts go: the run, the step and the attempt choose one. */
  readonly outcomes: readonly ('succeeds' | 'fails' | 'fails for good' | 'dies')[];
  readonly chance: readonly number[];
  readonly items: number;
  /** Somebody pauses the outermost run, or goes on with it, after so many turns; where there are many, any run at any time. */
  readonly pauses: readonly number[];
  /** Somebody cancels the outermost run after so many turns, with or without compensation. */
  readonly cancel: { readonly turn: number; readonly compensate: boolean } | undefined;
}

const retry = { maxAttempts: 2, initialMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 };
const once = { ...retry, maxAttempts: 1 };
const stageWork = (input: unknown) => ({
  kind: 'stage',
  stage: 'work',
  input,
  retry,
  timeoutMs: 1_000,
  startTimeoutMs: 5_000,
});
const other = (input: object) => ({ stage: 'other', input, timeoutMs: 1_000 });
const stageWorks = (input: object): fc.Arbitrary<object> =>
  fc.constantFrom(stageWork(input), {
    ...stageWork(input),
    retry: { ...once, cases: [{ ...retry, on: ['STAGE_TIMED_OUT'] }] },
    fallback: [
      { ...other({ ...input, after: { $ref: ['failure', 'step'] } }), retry, on: ['STAGE_THREW'] },
      { ...other(input), retry: once },
    ],
  });
const ofItem = { index: { $ref: ['itemIndex'] }, item: { $ref: ['item'] } };

const itemFailure = fc.oneof(
  fc.constantFrom('park' as const, 'fail' as const, 'skip' as const, 'collect' as const),
  fc.record({ tolerate: fc.nat(2) }),
  fc.record({ toleratePercent: fc.constantFrom(0, 50) }),
);

const runDeadline = fc.constantFrom(undefined, undefined, undefined, undefined, 10_000);
type Drawn = { readonly back: number[]; readonly kind: object; readonly isUndone: boolean };

const inner = (given: string[], depth: number): fc.Arbitrary<Plan> =>
  fc
    .tuple(fc.array(step(depth), { minLength: 0, maxLength: 3 }), fails, runDeadline)
    .map(([drawn, isFailing, deadlineMs]) => ({ ...planOf(drawn, { given, isFailing }), deadlineMs }));
const fails = fc.constantFrom(true, false, false);

const mapOf = (work: fc.Arbitrary<object>) =>
  fc.record({
    kind: fc.constant('map'),
    over: fc.constant({ $ref: ['input', 'list'] }),
    as: fc.constant('item'),
    work,
    concurrency: fc.integer({ min: 1, max: 4 }),
    onItemFailure: itemFailure,
  });

/** A map over all that the run was given. */
export const firstMap: fc.Arbitrary<Drawn> = fc.record({
  back: fc.constant([]),
  isUndone: fc.constant(false),
  kind: mapOf(fc.constant(stageWork(ofItem))),
});

/** A random step after one or two of those before it. */
function step(depth: number): fc.Arbitrary<Drawn> {
  const kinds: fc.Arbitrary<object>[] = [
    ...Array.from({ length: 3 }, () => stageWorks({ here: true })),
    fc.constant({ kind: 'signal', schema: {}, timeoutMs: 50_000 }),
    fc.constant({ kind: 'sleep', ms: 5_000 }),
    fc.constant({
      kind: 'review',
      schema: {},
      timeoutMs: 50_000,
      to: { assignee: 'ann' },
      escalate: [1_000, 4_000].map((afterMs) => ({ afterMs, to: { group: `g${afterMs}` } })),
    }),
  ];
  if (depth > 0) {
    const run = (given: string[]) =>
      inner(given, depth - 1).map((plan) => ({ kind: 'run', plan, retry: once as object }));
    kinds.push(
      run([]).chain((one) => fc.constantFrom(once, retry).map((policy) => ({ ...one, input: {}, retry: policy }))),
      mapOf(fc.oneof(stageWorks(ofItem), run(['item', 'itemIndex']))),
      fc.record({
        kind: fc.constant('loop'),
        as: fc.constant('before'),
        work: fc.oneof(fc.constant(stageWork({ round: { $ref: ['beforeIndex'] } })), run(['before'])),
        until: fc.constantFrom('beforeIndex >= 1.0', 'false', 'before.nothing.there'),
        max: fc.integer({ min: 1, max: 3 }),
        onLimit: fc.constantFrom('go-on', 'fail'),
      }),
      fc.record({ kind: fc.constant('race'), branches: fc.record({ a: run([]), b: run([]) }) }),
      fc.constant({ kind: 'value', value: { put: ['together'] } }),
    );
  }
  return fc.record({
    isUndone: fc.boolean(),
    back: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    kind: fc
      .tuple(fc.oneof(...kinds), fc.boolean(), fc.constantFrom(undefined, undefined, 4_000, 20_000))
      .map(([one, hasDefault, deadlineMs]) => ({
        ...one,
        ...(hasDefault && { onFailure: { default: [] } }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      })),
  });
}

const options = { $ref: ['failure'] as [string] };
const handler = { stage: 'alert', input: { of: options }, retry, timeoutMs: 1_000, startTimeoutMs: 5_000 };
const undo = (step: string) => ({ ...stageWork({ undoes: { $ref: [step] } }), stage: 'undo' });

function planOf(drawn: readonly Drawn[], { given, isFailing }: { given?: string[]; isFailing: boolean }): Plan {
  const steps = drawn.map(({ back, kind, isUndone }, i) => {
    const predecessors = [...new Set(back.map((n) => i - n).filter((n) => n >= 0))].map((n) => `s${n}`);
    // Only the outermost run has a list.
    const over = given && 'over' in kind ? { over: [1, 2] } : {};
    const mayBeUndone = 'kind' in kind && ['stage', 'run'].includes(String(kind.kind));
    const compensate = isUndone && mayBeUndone ? { compensate: undo(`s${i}`) } : {};
    return [`s${i}`, { ...kind, ...over, ...compensate, predecessors }];
  });
  const failing = isFailing ? { onFailure: { handler } } : {};
  const common = { format: 1 as const, pipeline: 'random', inputSchema: {}, output: null, ...failing };
  return { ...common, ...(given && { given }), steps: Object.fromEntries(steps) as Plan['steps'] };
}

/** `first`: a step that every plan begins with, whatever else there is. */
export const script = (items: fc.Arbitrary<number>, first?: fc.Arbitrary<Drawn>): fc.Arbitrary<Script> =>
  fc.record({
    plan: fc
      .tuple(fc.array(step(2), { minLength: 1, maxLength: 4 }), fails, runDeadline, first ?? fc.constant(undefined))
      .map(([drawn, isFailing, deadlineMs, one]) => ({
        ...planOf(one ? [one, ...drawn] : drawn, { isFailing }),
        deadlineMs,
      })),
    pauses: fc.array(fc.nat(60), { maxLength: 3 }),
    cancel: fc.option(fc.record({ turn: fc.nat(60), compensate: fc.boolean() }), { nil: undefined }),
    outcomes: fc.array(fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'fails', 'fails for good', 'dies'), {
      minLength: 1,
      maxLength: 12,
    }) as fc.Arbitrary<Script['outcomes']>,
    chance: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 }),
    items,
  });
