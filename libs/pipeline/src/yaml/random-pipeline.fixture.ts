import fc from 'fast-check';
import { z } from 'zod';
import {
  and,
  type Condition,
  cron,
  type Define,
  defineStage,
  eq,
  gt,
  includes,
  isPresent,
  not,
  or,
  orElse,
  type Pipeline,
  pipeline,
  type Ref,
  topic,
} from '../index.js';

const Item = z.object({
  text: z.string(),
  ok: z.boolean(),
  score: z.number(),
  'odd key': z.string().optional(),
  kind: z.enum(['plain', 'lost-card']),
});
const Work = Item.extend({ list: z.array(Item) });
const Given = z.object({ text: z.unknown(), more: z.unknown().optional() });
const STAGES = ['do-work', 'check', 'send'].map((name) => defineStage({ name, input: Given, output: Work }));
const INPUTS = [
  z.object({ text: z.string(), on: z.boolean().optional(), list: z.array(Item) }),
  z.looseObject({ text: z.string().min(1), on: z.boolean().default(true), list: z.array(Item) }),
];
const ANSWERS = [
  z.object({ ok: z.boolean(), text: z.string().optional(), n: z.int(), when: z.iso.datetime() }),
  z.enum(['yes', 'no']),
  z.object({ type: z.string(), items: z.array(z.object({ sku: z.email(), list: z.enum(['a', 'b']).nullable() })) }),
  z.union([z.string().max(3), z.null(), z.record(z.string(), z.number())]),
  z.unknown(),
];

/** Says what comes next, and what it is made of, from random numbers. */
export type Chances = (below: number) => number;

type AnyRef = Ref<z.infer<typeof Work> | undefined>;
// The types of what is read are not known when the pipeline is random; the compiler checks what matters here: mappings and conditions.
type Definer = Define<(typeof INPUTS)[number]>;

class Sketch {
  private count = 0;
  /** Those of which conditions know the type. */
  private readonly typed = new WeakSet<object>();

  constructor(
    private readonly define: Definer,
    private readonly chance: Chances,
    private readonly others: readonly Pipeline[],
  ) {}

  /** Some steps, and what they give. */
  steps(within: readonly AnyRef[], depth: number): { known: AnyRef[]; output: unknown } {
    const known = [...within];
    const own = 1 + this.chance(depth > 0 ? 3 : 5);
    const made: AnyRef[] = [];
    for (let i = 0; i < own; i++) {
      const step = this.step(known, depth);
      known.push(step);
      made.push(step);
    }
    const last = made.at(-1)!;
    const output = this.pick([last, { last, first: made[0]!.text, say: this.literal() }, orElse(last.text, 'none')]);
    return { known, output };
  }

  private step(known: readonly AnyRef[], depth: number): AnyRef {
    const name = `${this.pick(['step', 'draft', 'lostCard', 'if_'.slice(0, 1) + 'f0'])}${this.count++}`;
    const kinds = ['stage', 'stage', 'stage', 'review', 'signal', 'sleep', 'pipeline'];
    const kind = this.pick(depth < 2 ? [...kinds, 'map', 'loop', 'race', 'choose'] : kinds);
    const options = this.options(known);
    const made = this.make(kind, name, { known, options, depth });
    return made as AnyRef;
  }

  private make(kind: string, name: string, of: { known: readonly AnyRef[]; options: object; depth: number }): unknown {
    const { known, options, depth } = of;
    const { define } = this;
    const body = () => this.steps(known, depth + 1).output;
    switch (kind) {
      case 'review':
      case 'signal': {
        const waiting = this.maybe({ show: this.value(known), timeout: '3d' as const });
        return define[kind](name, this.pick(ANSWERS), { ...options, ...waiting });
      }
      case 'sleep':
        return define.sleep(name, this.pick(['90s', '1.5h', 1, 0.25, '2d'] as const), options);
      case 'pipeline': {
        const other = this.others[this.chance(this.others.length + 1)];
        if (!other) return this.stage(name, known, options);
        return define.subPipeline(name, other, this.value(known) as never, { ...options, ...this.maybe({ retry: 3 }) });
      }
      case 'map': {
        const as = depth > 0 ? `chunk${this.count++}` : this.pick([undefined, 'chunk']);
        const policy = this.pick([undefined, 'skip', 'collect', { tolerate: 3 }, { toleratePercent: 2.5 }] as const);
        const given = {
          ...options,
          ...(as && { as }),
          ...(policy && { onItemFailure: policy }),
          ...this.maybe({ concurrency: 8 }),
        };
        const list = this.pick([define.input.list, ...known.map((step) => step.list)]);
        return define.map(name, list as never, (item) => this.work(name, [...known, this.known(item)], depth), given);
      }
      case 'loop': {
        const until = (round: Ref<z.infer<typeof Item>>) => or(eq(round.text, 'done'), this.condition(known));
        const more = {
          ...(depth > 0 && { as: `before${this.count++}` }),
          ...this.maybe({ start: this.value(known) as never }),
          ...this.maybe({ onLimit: 'fail' as const }),
        };
        const work = (previous: unknown) => this.work(name, [...known, this.known(previous)], depth) as never;
        return define.loop(name, Item, { until, max: 3, ...more, ...options }, work);
      }
      case 'race':
        return define.race(name, { one: body, [`only${name}`]: () => this.stage(`only${name}`, known, {}) }, options);
      case 'choose': {
        const on = this.pick(this.typedOf(known) ?? [this.stage(`${name}On`, known, {})]).kind;
        const otherwise = this.pick([undefined, body]);
        return define.choose(name, on as never, { plain: body, 'lost-card': body } as never, otherwise);
      }
      default:
        return this.stage(name, known, options);
    }
  }

  private work(name: string, known: readonly AnyRef[], depth: number): unknown {
    const alone = this.pick([name, `other${this.count++}`]);
    return this.pick([
      () => this.stage(alone, known, {}),
      () => this.stage(alone, known, this.options(known)),
      () => this.steps(known, depth + 1).output,
    ])();
  }

  private stage(name: string, known: readonly AnyRef[], options: object): AnyRef {
    const fallback = { stage: this.pick(STAGES), input: { text: this.value(known) }, ...this.maybe({ retry: 2 }) };
    const tries = {
      ...this.maybe({ retry: this.pick([5, { maxAttempts: 4, initialMs: 250, jitter: 0 }]) }),
      ...this.maybe({ timeout: '90s' as const, startTimeout: '1h' as const }),
      ...this.maybe({ fallback }),
    };
    const input = { text: this.value(known), ...this.maybe({ more: this.value(known) }) };
    return this.known(this.define.step(name, this.pick(STAGES), input as never, { ...options, ...tries } as never));
  }

  private known(ref: unknown): AnyRef {
    this.typed.add(ref as object);
    return ref as AnyRef;
  }

  private typedOf(known: readonly AnyRef[]): readonly AnyRef[] | undefined {
    const typed = known.filter((ref) => this.typed.has(ref));
    return typed.length > 0 ? typed : undefined;
  }

  private options(known: readonly AnyRef[]): object {
    const after = known.length > 0 ? [this.pick(known), this.pick(known)] : [];
    return { ...this.maybe({ when: this.condition(known) }), ...this.maybe({ after }) };
  }

  private condition(known: readonly AnyRef[]): Condition {
    const { input } = this.define;
    const typed = this.typedOf(known);
    if (!typed) return includes(input.text as never, 'x');
    const step = this.pick(typed);
    return this.pick([
      () => gt(step.score as never, 0.8),
      () => not(eq(step.text as never, 'a "quoted" $text')),
      () => or(isPresent(step), isPresent(input.list)),
      () => and(eq(input.text as never, 'x'), eq(step.ok as never, true)),
    ])();
  }

  /** Something to map: references, literals of all kinds, and what is made of them. */
  private value(known: readonly AnyRef[], depth = 0): unknown {
    const step = known.length > 0 ? this.pick(known) : undefined;
    const leaves: (() => unknown)[] = [() => this.literal(), () => this.define.input.text, () => this.define.input];
    if (step)
      leaves.push(
        () => step.text,
        () => step['odd key'],
        () => step.list[0],
        () => orElse(step.text, this.literal() as never, []),
      );
    if (depth < 2)
      leaves.push(
        () => [this.value(known, depth + 1), this.literal()],
        () => ({ a: this.value(known, depth + 1), $b: this.literal() }),
        () => orElse(this.define.input.text, this.value(known, depth + 1)),
      );
    return this.pick(leaves)();
  }

  private literal(): unknown {
    const odd = [
      '',
      '$',
      '$x',
      '$$',
      '${a}',
      'costs $5 ${b} $$',
      '$a.b c',
      '~',
      'yes',
      '1',
      'line\nbreak',
      '\u2028"\\',
    ];
    return this.pick([
      ...odd,
      0,
      -1.5,
      1e21,
      7,
      true,
      null,
      [],
      {},
      { $ref: ['x'] },
      { $literal: '$y' },
      { $orElse: 1 },
    ]);
  }

  private maybe<T extends object>(options: T): T | object {
    return this.chance(3) === 0 ? options : {};
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.chance(of.length)]!;
  }
}

/** A pipeline in TypeScript, of any constructs, made of random numbers: the same ones give the same pipeline. */
export function randomPipeline(chance: Chances, others: readonly Pipeline[] = []): Pipeline {
  const input = INPUTS[chance(INPUTS.length)]!;
  const starts = {
    ...(chance(4) === 0 && {
      schedules: {
        nightly: cron('0 3 * * *', { input: (tick) => ({ text: tick.at, list: [] }) }),
        often: cron('* * * * *'),
      },
    }),
    ...(chance(4) === 0 && { trigger: topic('orders', { when: 'record.value.total > 3.0' }) }),
    ...(chance(4) === 0 && {
      trigger: {
        a: topic('a', { batch: { max: 5, within: '2s', each: ({ key }) => key, input: (items) => ({ items }) } }),
        b: topic('b', { from: 'start', debounce: { quiet: '1s', within: '1m', key: ({ key }) => key } }),
      },
    }),
    ...(chance(4) === 0 && {
      concurrency: { limit: 2, key: (given: { text: unknown }) => given.text as never, whenFull: 'drop' as const },
    }),
    ...(chance(4) === 0 && { priority: 'high' as const }),
  };
  return pipeline(
    { name: chance(2) === 0 ? 'random' : 'other-one', input: input as never, ...(starts as object) },
    (define) => {
      const { output, known } = new Sketch(define as never, chance, others).steps([], 0);
      return { output, known: known[0], given: define.input };
    },
  ) as Pipeline;
}

export const randomPipelines: fc.Arbitrary<Pipeline> = fc.infiniteStream(fc.nat(1_000_000)).map((numbers) => {
  const chance: Chances = (below) => (numbers.next().value as number) % below;
  const inner = randomPipeline(chance);
  return randomPipeline(chance, [inner, randomPipeline(chance, [inner])]);
});
