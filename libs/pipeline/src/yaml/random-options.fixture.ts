import { z } from 'zod';
import { defineStage, fromTopic, type Retry } from '../index.js';
import { anItem, type AnyRef, type RandomValues, Work } from './random-values.fixture.js';

const Given = z.object({ text: z.unknown(), more: z.unknown().optional() });
export const STAGES = ['do-work', 'check', 'send'].map((name) => defineStage({ name, input: Given, output: Work }));

/** Types of answers, and an answer of each. */
const ANSWERS: readonly (readonly [z.ZodType, unknown])[] = [
  [
    z.object({ ok: z.boolean(), text: z.string().optional(), n: z.int(), when: z.iso.datetime() }),
    { ok: true, n: 1, when: '2026-01-01T00:00:00Z' },
  ],
  [z.enum(['yes', 'no']), 'no'],
  [
    z.object({ type: z.string(), items: z.array(z.object({ sku: z.email(), list: z.enum(['a', 'b']).nullable() })) }),
    { type: '$x', items: [] },
  ],
  [z.union([z.string().max(3), z.null(), z.record(z.string(), z.number())]), null],
  [z.unknown(), { $ref: ['x'] }],
];

const tries = { maxAttempts: 4, initialMs: 250, factor: 1.5, maxMs: 5_000, jitter: 0, maxTotal: '5m' } as const;
const RETRIES: readonly Retry[] = [
  5,
  {
    ...tries,
    never: ['NOT_ALLOWED'],
    cases: [{ on: ['MODEL_BUSY'] }, { ...tries, on: ['OUT_OF_STOCK', 'STAGE_THREW'] }],
  },
];

/** Makes random options of steps. */
export class RandomOptions {
  constructor(private readonly values: RandomValues) {}

  /** Makes options of any step. */
  ofStep(scope: readonly AnyRef[]): object {
    const { values } = this;
    const after = scope.length > 0 ? [values.pick(scope), values.pick(scope)] : [];
    return { ...values.maybe(() => ({ when: values.condition(scope) })), ...values.maybe(() => ({ after })) };
  }

  /** Makes options of a step that works; `output` is an output that it might have. */
  ofWork(scope: readonly AnyRef[], output: unknown): object {
    const { values } = this;
    return {
      ...this.ofStep(scope),
      ...values.maybe(() => ({ deadline: '2h' as const })),
      ...values.maybe(() => ({ onFailure: values.pick([this.standIn(scope, output), 'dead-letter' as const]) })),
    };
  }

  /** Makes a stand-in output. */
  private standIn(scope: readonly AnyRef[], output: unknown): object {
    const { values } = this;
    const other = values.value(scope);
    const give = (failure: AnyRef) => ({ a: failure, $b: other });
    return { ...values.pick([{ default: output }, { give }]), ...values.pick([{}, { on: ['BUSY', 'OTHER_2'] }]) };
  }

  ofStage(scope: readonly AnyRef[]): object {
    const { values } = this;
    return {
      ...this.tries(),
      ...values.maybe(() => ({ startTimeout: '1h' as const })),
      ...values.maybe(() => ({
        fallback: values.pick([this.fallback(scope), [this.fallback(scope), this.fallback(scope)]]),
      })),
    };
  }

  /** Makes options of a step whose outputs are reused. */
  cached(scope: readonly AnyRef[]): object {
    const { values } = this;
    const byKey = { maxAge: '90s' as const, key: { a: values.value(scope) } };
    return values.maybe(() => ({ cache: values.pick(['1d' as const, { maxAge: '2h' as const }, byKey]) }));
  }

  private fallback(scope: readonly AnyRef[]): object {
    const { values } = this;
    const input = { text: values.value(scope) };
    const ofFailure = (failure: { code: unknown }): object => ({ text: failure.code, more: failure });
    return {
      stage: values.pick(STAGES),
      input: values.pick([input, ofFailure]),
      ...values.maybe(() => ({ on: ['MODEL_BUSY', 'OUT_OF_STOCK'] })),
      ...this.tries(),
    };
  }

  /** Makes a compensation of a stage's step or of a sub-pipeline. */
  compensated(scope: readonly AnyRef[]): object {
    const { values } = this;
    return values.maybe(() => ({
      compensate: {
        stage: values.pick(STAGES),
        input: (output: AnyRef) => ({ text: values.value([...scope, output]) }),
        ...this.tries(),
        ...values.maybe(() => ({ startTimeout: '5m' as const })),
      },
    }));
  }

  tries(): object {
    const { values } = this;
    return {
      ...values.maybe(() => ({ retry: values.pick(RETRIES) })),
      ...values.maybe(() => ({ timeout: '90s' as const })),
    };
  }

  stageWork(): object {
    return { ...anItem, list: [anItem] };
  }

  /** Makes the answer's schema and the options of a review or signal. */
  ofWait(kind: 'review' | 'signal', scope: readonly AnyRef[]): { answer: z.ZodType; options: object } {
    const { values } = this;
    const [answer, given] = values.pick(ANSWERS);
    const options = {
      ...this.ofStep(scope),
      ...values.maybe(() => ({ onFailure: this.standIn(scope, given) })),
      ...values.maybe(() => ({ show: values.value(scope), timeout: '3d' as const })),
      ...(kind === 'review' ? this.recipients(scope) : values.maybe(() => ({ from: this.source(scope) }))),
    };
    return { answer, options };
  }

  private recipients(scope: readonly AnyRef[]): object {
    const { values } = this;
    const to = () => ({ [values.pick(['assignee', 'group'])]: this.oneOf(scope, 'ann $ lee') });
    const first = { after: '1h', ...to() };
    return {
      ...values.maybe(to),
      ...values.maybe(() => ({ escalate: values.pick([first, [first, { after: '1.5d', ...to() }]]) })),
    };
  }

  private source(scope: readonly AnyRef[]): unknown {
    const { values } = this;
    return fromTopic('payments', {
      key: ({ value }) => value as never,
      on: this.oneOf(scope, 'all') as never,
      ...values.maybe(() => ({ when: 'record.value.total > 3.0' })),
      ...values.maybe(() => ({
        give: ({ key, headers }: { key: unknown; headers: unknown }) => ({ key, say: headers, $: values.literal() }),
      })),
      ...values.maybe(() => ({ keep: '2h' as const })),
    });
  }

  private oneOf(scope: readonly AnyRef[], name: string): unknown {
    const { values } = this;
    return values.pick([name, values.define.input.text, ...scope.map((step) => step.text)]);
  }
}
