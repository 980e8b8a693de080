import { type Operand, operandOf } from './expression.js';
import type { RefOf, ReferenceSource } from './reference.js';

/** Something that is true or false of a run: the `when` of a step. Written as CEL in the plan. */
export class Condition {
  constructor(
    readonly text: string,
    readonly sources: readonly ReferenceSource[],
    /** The precedence of its outermost operator. */
    private readonly binds: 'loose' | 'or' | 'and' | 'tight',
  ) {}

  /** Writes the condition as a part of a larger one. */
  within(operator: 'or' | 'and' | 'not'): string {
    const isClear = operator === 'not' ? /^[\w.]+$/.test(this.text) : this.binds === 'tight' || this.binds === operator;
    return isClear ? this.text : `(${this.text})`;
  }
}

type Absent = undefined | null;
/** An operand of a comparison: a value, or a reference to one, which may be absent. */
type Of<T> = T | RefOf<T | Absent>;
/** A condition, or a reference to a boolean. */
export type Test = Condition | RefOf<boolean | Absent>;

interface Ordering {
  (left: Of<number>, right: Of<number>): Condition;
  (left: Of<string>, right: Of<string>): Condition;
}
type Equality = <T extends string | number | boolean>(left: RefOf<T | Absent>, right: Of<NoInfer<T>>) => Condition;

interface Inclusion {
  <T extends string | number | boolean>(list: RefOf<readonly T[] | Absent>, item: Of<NoInfer<T>>): Condition;
  <T extends string | number | boolean>(list: readonly T[], item: RefOf<T | Absent>): Condition;
  (text: RefOf<string | Absent>, part: Of<string>): Condition;
}

const comparison = (operator: string) => (left: unknown, right: unknown) =>
  compared(operator, operandOf(left), operandOf(right));

/** Comparisons with something absent (a skipped step, an optional field, null) are false; only `ne` is then true, being `not(eq(…))`. */
export const lt: Ordering = comparison('<');
export const lte: Ordering = comparison('<=');
export const gt: Ordering = comparison('>');
export const gte: Ordering = comparison('>=');
export const eq: Equality = comparison('==');

/** Not equal, or absent. */
export const ne: Equality = (left, right) => {
  const [a, b] = [operandOf(left), operandOf(right)];
  return a.guards.length + b.guards.length > 0 ? not(compared('==', a, b)) : compared('!=', a, b);
};

/** Holds where a list has an item, or a text a part. False where either is absent. */
export const includes: Inclusion = (within: unknown, part: unknown): Condition => {
  const [whole, item] = [operandOf(within), operandOf(part)];
  return guarded(
    [whole, item],
    whole.isText ? `${whole.text}.contains(${item.text})` : `${item.text} in ${whole.text}`,
  );
};

/** Holds where a value is there: its step was not skipped, its field not left out, and it is not null. */
export function isPresent(reference: RefOf<unknown>): Condition {
  const { guards, sources } = operandOf(reference);
  return new Condition(guards.join(' && ') || 'true', sources, 'and');
}

export const and = (...tests: readonly [Test, ...Test[]]): Condition => joined('and', tests.map(conditionOf));
export const or = (...tests: readonly [Test, ...Test[]]): Condition => joined('or', tests.map(conditionOf));

/** True where the test is false, and where what it tests is absent. */
export function not(test: Test): Condition {
  const condition = conditionOf(test);
  return new Condition(`!${condition.within('not')}`, condition.sources, 'tight');
}

/**
 * Any CEL over references: `` cel`size(${draft.text}) > 2000` ``. Literals and other conditions can be put in too. A step that was skipped is null;
 * what may be absent has to be guarded: `` cel`${isPresent(a.b)} && ${a.b} + 1.0 > 2.0` ``. JSON numbers are doubles.
 */
export function cel(
  text: TemplateStringsArray,
  ...parts: readonly (RefOf<unknown> | Condition | string | number | boolean)[]
): Condition {
  const operands = parts.map((part) =>
    part instanceof Condition ? { text: `(${part.text})`, sources: part.sources } : operandOf(part),
  );
  const whole = text.reduce((before, after, i) => `${before}${operands[i - 1]?.text ?? ''}${after}`);
  return new Condition(
    whole.trim(),
    operands.flatMap(({ sources }) => sources),
    'loose',
  );
}

/** A boolean reference is a condition: false where it is absent. */
export function conditionOf(test: Test): Condition {
  if (test instanceof Condition) return test;
  const operand = operandOf(test);
  return guarded([operand], operand.text);
}

function compared(operator: string, left: Operand, right: Operand): Condition {
  return guarded([left, right], `${left.text} ${operator} ${right.text}`);
}

function guarded(operands: readonly Operand[], text: string): Condition {
  const guards = [...new Set(operands.flatMap((operand) => operand.guards))];
  const sources = operands.flatMap((operand) => operand.sources);
  return new Condition([...guards, text].join(' && '), sources, guards.length > 0 ? 'and' : 'tight');
}

function joined(operator: 'and' | 'or', conditions: readonly Condition[]): Condition {
  const [only] = conditions;
  if (conditions.length === 1 && only) return only;
  const text = conditions.map((condition) => condition.within(operator)).join(operator === 'and' ? ' && ' : ' || ');
  return new Condition(
    text,
    conditions.flatMap(({ sources }) => sources),
    operator,
  );
}

/** All of these, where there are any. */
export function allOf(tests: readonly (Test | undefined)[]): Condition | undefined {
  const [first, ...rest] = tests.filter((test) => test !== undefined);
  return first && (rest.length > 0 ? and(first, ...rest) : conditionOf(first));
}
