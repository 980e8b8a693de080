import { z } from 'zod';
import { and, type Condition, type Define, eq, gt, includes, isPresent, not, or, orElse, type Ref } from '../index.js';

export const Item = z.object({
  text: z.string(),
  ok: z.boolean(),
  score: z.number(),
  'odd key': z.string().optional(),
  kind: z.enum(['plain', 'lost-card']),
});
export const Work = Item.extend({ list: z.array(Item) });
export const anItem: z.infer<typeof Item> = { text: '', ok: false, score: 0, kind: 'plain' };
export const INPUTS = [
  z.object({ text: z.string(), on: z.boolean().optional(), list: z.array(Item) }),
  z.looseObject({ text: z.string().min(1), on: z.boolean().default(true), list: z.array(Item) }),
];

/** Says what comes next, and what it is made of, from random numbers. */
export type Chances = (below: number) => number;

export const pickOf = <T>(chance: Chances, values: readonly T[]): T => values[chance(values.length)]!;

/** Returns `said()` now and then, else nothing. */
export const maybeOf = <T extends object>(chance: Chances, said: () => T): Partial<T> =>
  chance(3) === 0 ? said() : {};

export type AnyRef = Ref<z.infer<typeof Work> | undefined>;
// The types of what is read are not known when the pipeline is random; the compiler checks what matters here: mappings and conditions.
export type Definer = Define<(typeof INPUTS)[number]>;

const ODD = ['', '$', '$x', '$$', '${a}', 'costs $5 ${b} $$', '$a.b c', '~', 'yes', '1', 'line\nbreak', '\u2028"\\'];
const LITERALS = [...ODD, 0, -1.5, 1e21, 7, true, null, [], {}, { $ref: ['x'] }, { $literal: '$y' }, { $orElse: 1 }];

/** Makes random inputs of steps and what they wait for, of any form. */
export class RandomValues {
  /** Those of which conditions know the type. */
  private readonly typed = new WeakSet<object>();

  constructor(
    readonly define: Definer,
    readonly chance: Chances,
  ) {}

  pick<T>(values: readonly T[]): T {
    return pickOf(this.chance, values);
  }

  maybe<T extends object>(said: () => T): Partial<T> {
    return maybeOf(this.chance, said);
  }

  /** From here on conditions may read its fields. */
  known(ref: unknown): AnyRef {
    this.typed.add(ref as object);
    return ref as AnyRef;
  }

  typedOf(scope: readonly AnyRef[]): readonly AnyRef[] | undefined {
    const typed = scope.filter((ref) => this.typed.has(ref));
    return typed.length > 0 ? typed : undefined;
  }

  condition(scope: readonly AnyRef[]): Condition {
    const { input } = this.define;
    const typed = this.typedOf(scope);
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
  value(scope: readonly AnyRef[], depth = 0): unknown {
    const step = scope.length > 0 ? this.pick(scope) : undefined;
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
        () => [this.value(scope, depth + 1), this.literal()],
        () => ({ a: this.value(scope, depth + 1), $b: this.literal() }),
        () => orElse(this.define.input.text, this.value(scope, depth + 1)),
      );
    return this.pick(leaves)();
  }

  literal(): unknown {
    return this.pick(LITERALS);
  }
}
