import { present } from '@millrace/contracts';
import type { ASTNode } from '@marcbachmann/cel-js';
import { linearPattern } from './linear-pattern.js';

/** The most steps that the evaluation of one condition may take: some tenths of a second. */
const MOST_STEPS = 1_000_000;

/** The steps that an evaluation may still spend. */
interface Purse {
  left: number;
}

/** Always the same one: a loop over many items throws it for each. */
export const TOO_COSTLY = new Error('it takes too many steps');
const NO_TEXT = new Error('it matches something that is no text');

type Evaluate = (evaluator: Evaluator, node: Node, context: unknown) => unknown;
interface Evaluator {
  run(node: Node, context: unknown): unknown;
}

/** A node as cel-js has it at run time: more than its types say. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly meta: {
    readonly evaluate: Evaluate;
    /** The node that a macro became. */
    readonly alternate?: Node;
    readonly macro?: { readonly evaluate: Evaluate };
  };
  evaluate: Evaluate;
}

/** Functions whose cost grows no faster than their operands. */
const SIMPLE: ReadonlySet<string> = new Set(
  'size has contains startsWith endsWith lowerAscii upperAscii trim string type dyn bool'.split(' '),
);
/** Conversions that fail for a longer text, and take a long time to do so. */
const CONVERSIONS: ReadonlySet<string> = new Set('int uint double duration timestamp'.split(' '));
const LONGEST_CONVERTED = 100;
/** The cost in steps of reading a time in a zone. */
const ZONE_STEPS = 500;

/**
 * Makes a checked condition count what it does: nodes that are evaluated, texts and lists that are made, walked through or compared. Undefined for one
 * that takes no longer than its text and its values are large together, which needs no counting.
 * @throws {Error} for a pattern that cannot be matched in linear time
 */
export function metered(ast: ASTNode): (<T>(evaluate: () => T) => T) | undefined {
  const nodes = [...nodesFrom(ast as unknown as Node)];
  for (const node of nodes) if (nameOf(node) === 'matches') checkLiteral(node);
  if (!nodes.some(isCostly)) return undefined;
  const purse: Purse = { left: 0 };
  const operands = new Map<Node, 'flat' | 'deep'>();
  for (const node of nodes) for (const [operand, how] of operandsOf(node)) operands.set(operand, how);
  for (const node of nodes) meter(node, purse, operands.get(node));
  return (evaluate) => {
    purse.left = MOST_STEPS;
    const found = evaluate();
    // Quantifiers pass over errors of single items.
    if (purse.left < 0) throw TOO_COSTLY;
    return found;
  };
}

function isCostly({ op, args, meta }: Node): boolean {
  if (op === 'comprehension' || (meta.macro && 'bindCtx' in meta.macro)) return true;
  return (op === 'call' || op === 'rcall') && !SIMPLE.has(String((args as unknown[])[0]));
}

function* nodesFrom(node: Node): Generator<Node> {
  yield node;
  const { alternate, macro } = node.meta;
  const within: unknown = alternate ?? macro ?? node.args;
  for (const child of childrenIn(within)) yield* nodesFrom(child);
}

function childrenIn(value: unknown): readonly Node[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isNode(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(childrenIn);
  // Of a comprehension and of a binding; anything else in there is no node.
  const { iterable, init, step, val, exp } = value as Record<string, unknown>;
  return [iterable, init, step, val, exp].flatMap(childrenIn);
}

const isNode = (value: object): value is Node => 'op' in value && 'meta' in value;

const nameOf = ({ op, args }: Node): string | undefined =>
  op === 'call' || op === 'rcall' ? String((args as unknown[])[0]) : undefined;

/** Returns the operands of a function, its receiver first. */
function givenTo({ op, args }: Node): readonly Node[] {
  if (op === 'call') return (args as [string, Node[]])[1];
  const [, receiver, rest] = args as [string, Node, Node[]];
  return [receiver, ...rest];
}

/** The nodes whose values a node walks through. */
function operandsOf(node: Node): readonly (readonly [Node, 'flat' | 'deep'])[] {
  const name = nameOf(node);
  if (name !== undefined) return SIMPLE.has(name) ? [] : givenTo(node).map((one) => [one, 'flat'] as const);
  if (!['==', '!=', 'in'].includes(node.op)) return [];
  const both = node.args as [Node, Node];
  return both.some(({ op }) => op === 'value') ? [] : both.map((one) => [one, 'deep'] as const);
}

function meter(node: Node, purse: Purse, operand: 'flat' | 'deep' | undefined): void {
  const { alternate, macro } = node.meta;
  const name = nameOf(node);
  const own: Evaluate = alternate
    ? (evaluator, _, context) => alternate.evaluate(evaluator, alternate, context)
    : macro
      ? (evaluator, _, context) => macro.evaluate(evaluator, macro as unknown as Node, context)
      : name === 'matches' && node.op === 'rcall'
        ? matching(node, purse)
        : node.meta.evaluate;
  const charge = (steps: number): void => {
    purse.left -= steps;
    if (purse.left < 0) throw TOO_COSTLY;
  };
  const attempt = (evaluator: Evaluator, context: unknown): unknown => {
    try {
      return own.call(node, evaluator, node, context);
    } catch (error) {
      // Making one takes long, and a quantifier goes on after it.
      purse.left -= STEPS_OF_ERROR;
      throw error;
    }
  };
  const makes = name !== undefined || node.op === '+';
  const steps = 1 + (name?.startsWith('get') && givenTo(node).length > 1 ? ZONE_STEPS : 0);
  node.evaluate = (evaluator, _, context) => {
    charge(steps);
    if (name === 'join') charge(joinedSize(node, evaluator, context));
    if (name !== undefined && CONVERSIONS.has(name))
      refuseLong(present(givenTo(node)[0], `argument of ${name}`), evaluator, context);
    const value = attempt(evaluator, context);
    if (operand !== undefined || makes) charge(operand === 'deep' ? deepSize(value, purse.left) : flatSize(value));
    return value;
  };
}

const STEPS_OF_ERROR = 50;

/** CEL's patterns are RE2's; those of cel-js are JavaScript's. */
const matching =
  (node: Node, purse: Purse): Evaluate =>
  (evaluator, _, context) => {
    const [text, pattern] = givenTo(node).map((one) => evaluator.run(one, context));
    if (typeof text !== 'string' || typeof pattern !== 'string') throw NO_TEXT;
    purse.left -= PATTERN_STEPS;
    if (purse.left < 0) throw TOO_COSTLY;
    const linear = linearPattern(pattern);
    purse.left -= text.length * (0.1 + linear.size / 500);
    if (purse.left < 0) throw TOO_COSTLY;
    return linear.test(text);
  };
const PATTERN_STEPS = 200;

function checkLiteral(node: Node): void {
  const pattern = givenTo(node).at(-1);
  if (pattern?.op === 'value' && typeof pattern.args === 'string') linearPattern(pattern.args);
}

function refuseLong(given: Node, evaluator: Evaluator, context: unknown): void {
  const value = evaluator.run(given, context);
  if (typeof value === 'string' && value.length > LONGEST_CONVERTED) throw TOO_COSTLY;
}

/** The separator is there once for each item. */
function joinedSize(node: Node, evaluator: Evaluator, context: unknown): number {
  const [list, separator] = givenTo(node).map((one) => evaluator.run(one, context));
  if (!Array.isArray(list) || typeof separator !== 'string') return 0;
  return (list.length * separator.length) / CHARACTERS;
}

/** Characters that are walked through in one step. */
const CHARACTERS = 8;

function flatSize(value: unknown): number {
  if (typeof value === 'string') return value.length / CHARACTERS;
  return Array.isArray(value) ? value.length : 0;
}

function deepSize(value: unknown, most: number): number {
  const waiting: unknown[] = [value];
  let size = 0;
  while (waiting.length > 0 && size <= most) {
    const next = waiting.pop();
    size += 1 + flatSize(next);
    if (typeof next === 'object' && next !== null) for (const one of Object.values(next)) waiting.push(one);
  }
  return size;
}
