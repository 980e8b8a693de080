import { present } from '@millrace/contracts';
import fc from 'fast-check';
import { fallbacksOf, type LoadedPlan, loadPlan, type Plan, RetryPolicy } from '@millrace/pipeline/engine';
import { type Clause, celOf, clause, readBy } from './clause.js';

/** A step as it is drawn: numbers stand for earlier steps, or for the input. */
export interface Sketch {
  readonly kind: 'stage' | 'signal';
  readonly reads: readonly number[];
  readonly when: Clause | undefined;
  readonly retry: Omit<RetryPolicy, 'cases'>;
  /** The number of retries where the model is busy, if that differs. */
  readonly busy: number | undefined;
  /** The codes of failures that it is for; undefined stands for any. */
  readonly fallbacks: readonly ('STAGE_TIMED_OUT' | 'MODEL_BUSY' | undefined)[];
  readonly hasDefault: boolean;
  /** Its output may be reused. */
  readonly cached: boolean;
}

/** The course of one attempt of a step. */
export type ScriptOutcome = 'succeeds' | 'fails' | 'is busy' | 'fails for good' | 'never answers';

/** The course of a run of a plan: its events in order. */
export interface Course {
  /** By step; attempts beyond the list succeed. */
  readonly outcomes: readonly (readonly ScriptOutcome[])[];
  /** The choices among the things that could happen next; when used up, the first thing happens, and nothing odd any more. */
  readonly choices: readonly number[];
  readonly cancelled: boolean;
  readonly window: number;
}

export interface Script {
  readonly sketches: readonly Sketch[];
  readonly courses: readonly Course[];
}

const MAX_STEPS = 30;
const ONCE = RetryPolicy.parse({ maxAttempts: 1 });

const sketch = fc.record({
  kind: fc.constantFrom('stage' as const, 'stage' as const, 'stage' as const, 'stage' as const, 'signal' as const),
  reads: fc.array(fc.nat(MAX_STEPS), { maxLength: 3 }),
  when: fc.option(clause, { nil: undefined, freq: 2 }),
  retry: fc.record({
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    initialMs: fc.constantFrom(1, 1_000),
    factor: fc.constantFrom(1, 2),
    maxMs: fc.constant(10_000),
    jitter: fc.constantFrom(0, 0.5),
    maxTotalMs: fc.constantFrom(undefined, undefined, 1_500),
    never: fc.constantFrom<string[] | undefined>(undefined, undefined, undefined, ['MODEL_BUSY']),
  }),
  busy: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  fallbacks: fc.array(fc.constantFrom(undefined, undefined, 'STAGE_TIMED_OUT' as const, 'MODEL_BUSY' as const), {
    maxLength: 3,
  }),
  hasDefault: fc.boolean(),
  cached: fc.constantFrom(false, false, true),
});

const outcome = fc.constantFrom<ScriptOutcome>(
  ...(['succeeds', 'succeeds', 'succeeds', 'fails', 'is busy', 'fails for good', 'never answers'] as const),
);

const course: fc.Arbitrary<Course> = fc.record({
  outcomes: fc.array(fc.array(outcome, { maxLength: 6 }), { maxLength: MAX_STEPS }),
  choices: fc.array(fc.nat(255), { maxLength: 120 }),
  cancelled: fc.constantFrom(false, false, false, true),
  window: fc.constantFrom(1_000, 1, 2, 3, 8),
});

const stepsUpTo = (maxLength: number) => fc.array(sketch, { minLength: 1, maxLength, size: 'max' });

/** Random plans of up to 30 steps with nested conditions, joins, hand-offs, waits, retries, fallbacks and defaults; for each, some courses of events. */
export const script: fc.Arbitrary<Script> = fc.record({
  // Most bugs need few steps, and some need many.
  sketches: fc.oneof({ weight: 3, arbitrary: stepsUpTo(8) }, { weight: 1, arbitrary: stepsUpTo(MAX_STEPS) }),
  courses: fc.array(course, { minLength: 1, maxLength: 8, size: 'max' }),
});

/** Returns what a number means to step `i`: an earlier step, or the input. */
export const nameOf = (i: number, n: number): string => (n % (i + 1) === i ? 'input' : `s${n % (i + 1)}`);

export function planOf(sketches: readonly Sketch[]): LoadedPlan {
  const steps = Object.fromEntries(sketches.map((one, i) => [`s${i}`, stepOf(one, i)])) as Plan['steps'];
  const output = Object.fromEntries(Object.keys(steps).map((step) => [step, { $ref: [step] }]));
  return loadPlan({ format: 1, pipeline: 'random', inputSchema: {}, steps, output });
}

function stepOf({ kind, reads, when, fallbacks, hasDefault, busy, cached, ...sketch }: Sketch, i: number) {
  const name = (n: number) => nameOf(i, n);
  const input = { of: reads.map((n) => ({ $orElse: [{ $ref: [name(n), 'n'] }, -1] })) };
  const named = new Set([...reads, ...(when ? readBy(when) : [])].map(name));
  named.delete('input');
  const common = {
    predecessors: [...named],
    ...(when && { when: celOf(when, name) }),
    ...(hasDefault && { onFailure: { default: { n: -2 } } }),
  };
  if (kind === 'signal') return { kind, schema: {}, show: input, timeoutMs: 50_000, ...common };
  const cases = busy !== undefined && { cases: [{ ...ONCE, maxAttempts: busy, on: ['MODEL_BUSY'] }] };
  const at = { timeoutMs: 1_000, retry: { ...sketch.retry, ...cases } };
  const others = fallbacks.map((on) => ({ stage: 'other', input, ...at, ...(on && { on: [on] }) }));
  const fallback = others.length > 0 && { fallback: others.length > 1 ? others : present(others[0], 'fallback') };
  const cache = cached && { cache: { maxAgeMs: 60_000 } };
  return { kind, stage: 'work', input, startTimeoutMs: 5_000, ...at, ...fallback, ...cache, ...common };
}

/** The plan, a line for each step, and how its attempts go. */
export function told({ plan, order }: LoadedPlan, { outcomes }: Course): string[] {
  return order.map((name) => {
    const step = present(plan.steps[name], `step "${name}"`);
    const goes = outcomes[Number(name.slice(1))] ?? [];
    return [
      `${name}: a ${step.kind}`,
      step.predecessors.length > 0 && `after ${step.predecessors.join(', ')}`,
      step.when !== undefined && `when ${step.when}`,
      step.kind === 'stage' && `retry ${JSON.stringify(step.retry)}`,
      step.kind === 'stage' && step.fallback && `fallbacks for ${fallbacksOf(step).map(({ on }) => on ?? 'any')}`,
      step.kind === 'stage' && step.cache && 'cached',
      step.onFailure && 'with a default',
      goes.length > 0 && `attempts: ${goes.join(', ')}`,
    ]
      .filter(Boolean)
      .join('; ');
  });
}
