import fc from 'fast-check';
import type { z } from 'zod';
import { eq, or, orElse, type Pipeline, pipeline, type Ref } from '../index.js';
import { type Plan } from '../engine.js';
import { RandomOptions, STAGES } from './random-options.fixture.js';
import { randomStarts } from './random-starts.fixture.js';
import {
  anItem,
  type AnyRef,
  type Chances,
  type Definer,
  INPUTS,
  Item,
  maybeOf,
  pickOf,
  RandomValues,
} from './random-values.fixture.js';

const NAMES = ['step', 'draft', 'lostCard', 'if0'];
const ALONE = ['stage', 'stage', 'stage', 'review', 'signal', 'sleep', 'pipeline'];
const OF_MORE = ['map', 'loop', 'race', 'choose'];
const POLICIES = [undefined, 'park', 'fail', 'skip', 'collect', { tolerate: 3 }, { toleratePercent: 2.5 }] as const;

interface Within {
  readonly known: readonly AnyRef[];
  readonly depth: number;
}

/** Steps of any kind. */
class Sketch {
  private count = 0;
  private readonly values: RandomValues;
  private readonly options: RandomOptions;

  constructor(
    private readonly define: Definer,
    private readonly chance: Chances,
    private readonly levels: number,
  ) {
    this.values = new RandomValues(define, chance);
    this.options = new RandomOptions(this.values);
  }

  /** Some steps, and what they give. */
  steps({ known: within, depth }: Within): { first: AnyRef; output: unknown } {
    const scope = [...within];
    const own = 1 + this.chance(depth > 0 ? 3 : 5);
    for (let i = 0; i < own; i++) scope.push(this.step({ known: scope, depth }));
    const first = scope[within.length]!;
    const last = scope.at(-1)!;
    const literal = this.values.literal();
    const output = this.values.pick([last, { last, first: first.text, say: literal }, orElse(last.text, 'none')]);
    return { first, output };
  }

  private step(within: Within): AnyRef {
    const name = `${this.values.pick(NAMES)}${this.count++}`;
    const kind = this.values.pick(within.depth < 2 ? [...ALONE, ...OF_MORE] : ALONE);
    return this.make(kind, name, within) as AnyRef;
  }

  private make(kind: string, name: string, within: Within): unknown {
    const { define, options, values } = this;
    const { known } = within;
    const body = () => this.steps({ ...within, depth: within.depth + 1 }).output;
    switch (kind) {
      case 'review':
      case 'signal': {
        const { answer, options: said } = options.ofWait(kind, known);
        return define[kind](name, answer, said);
      }
      case 'sleep':
        return define.sleep(name, values.pick(['90s', '1.5h', 1, 0.25, '2d'] as const), options.ofStep(known));
      case 'pipeline': {
        if (this.levels === 0 || this.chance(3) === 0) return this.stage(name, known);
        const other = randomPipeline(this.chance, this.levels - 1);
        const said = { ...options.ofWork(known, {}), ...options.tries(), ...options.compensated(known) };
        return define.subPipeline(name, other, values.value(known) as never, said);
      }
      case 'map':
        return this.map(name, within);
      case 'loop':
        return this.loop(name, within);
      case 'race': {
        const works = { one: body, [`only${name}`]: () => this.stage(`only${name}`, known, {}) };
        return define.race(name, works, options.ofWork(known, '$x') as never);
      }
      case 'choose': {
        const on = values.pick(values.typedOf(known) ?? [this.stage(`${name}On`, known, {})]).kind;
        const cases = { plain: body, 'lost-card': body };
        return define.choose(name, on as never, cases as never, values.pick([undefined, body]));
      }
      default:
        return this.stage(name, known);
    }
  }

  private map(name: string, within: Within): unknown {
    const { define, values } = this;
    const { known, depth } = within;
    const as = depth > 0 ? `chunk${this.count++}` : values.pick([undefined, 'chunk']);
    const policy = values.pick(POLICIES);
    const said = {
      ...this.options.ofWork(known, []),
      ...(as && { as }),
      ...(policy && { onItemFailure: policy }),
      ...values.maybe(() => ({ concurrency: 8 })),
    };
    const list = values.pick([define.input.list, ...known.map((step) => step.list)]);
    return define.map(name, list as never, (item) => this.work(name, item, within), said as never);
  }

  private loop(name: string, within: Within): unknown {
    const { define, values } = this;
    const { known, depth } = within;
    const said = {
      until: (round: Ref<z.infer<typeof Item>>) => or(eq(round.text, 'done'), values.condition(known)),
      max: 3,
      ...(depth > 0 && { as: `before${this.count++}` }),
      ...values.maybe(() => ({ start: values.value(known) as never })),
      ...values.maybe(() => ({ onLimit: 'fail' as const })),
      ...this.options.ofWork(known, anItem),
    };
    return define.loop(name, Item, said, (previous) => this.work(name, previous, within) as never);
  }

  /** The work of an item: a stage's work, a step alone, or steps. */
  private work(name: string, item: unknown, { known: around, depth }: Within): unknown {
    const scope = [...around, this.values.known(item)];
    const alone = this.values.pick([name, `other${this.count++}`]);
    return this.values.pick([
      () => this.stage(alone, scope, {}),
      () => this.stage(alone, scope),
      () => this.steps({ known: scope, depth: depth + 1 }).output,
    ])();
  }

  private stage(
    name: string,
    scope: readonly AnyRef[],
    said: object = {
      ...this.options.ofWork(scope, this.options.stageWork()),
      ...this.options.compensated(scope),
    },
  ): AnyRef {
    const { values } = this;
    const input = { text: values.value(scope), ...values.maybe(() => ({ more: values.value(scope) })) };
    const cached = 'compensate' in said ? {} : this.options.cached(scope);
    const all = { ...said, ...this.options.ofStage(scope), ...cached };
    return values.known(this.define.step(name, values.pick(STAGES), input as never, all as never));
  }
}

/** A pipeline in TypeScript, of any constructs, made of random numbers: the same ones give the same pipeline. `levels`: of pipelines within it. */
export function randomPipeline(chance: Chances, levels = 2): Pipeline {
  const options = {
    name: pickOf(chance, ['random', 'other-one']),
    input: pickOf(chance, INPUTS),
    ...maybeOf(chance, () => ({ onFailure: 'fail' as const })),
    ...maybeOf(chance, () => ({ deadline: '7d' as const })),
    ...randomStarts(chance),
  };
  return pipeline(options as never, (define: Definer) => {
    const { first, output } = new Sketch(define, chance, levels).steps({ known: [], depth: 0 });
    label(define, chance);
    return { output, first, given: define.input };
  }) as Pipeline;
}

function label({ title, attributes, input }: Definer, chance: Chances): void {
  if (chance(3) === 0) title(pickOf(chance, [input.text, ['costs $5', input.text, 7], orElse(input.on, false)]));
  if (chance(3) === 0) attributes({ text: input.text, ...maybeOf(chance, () => ({ on: input.on, plain: '$x' })) });
}

/** Their plans, which can be shown where one is at fault. */
export const randomPlans: fc.Arbitrary<Plan> = fc
  .infiniteStream(fc.nat(1_000_000))
  .map((numbers) => randomPipeline((below) => (numbers.next().value as number) % below).plan);
