import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { isText, LAST_TIME, nearestName, readTime } from '@millrace/contracts';
import { reasonOf } from '../authoring/compiled-condition.js';
import { type Field, type Fields, type Filter, FilterError, type Literal, type Ordering } from './filter-model.js';
import { durationMs } from './filter-times.js';

/** The limits of one filter: what it becomes in a database grows with it. */
const LIMITS = { maxAstNodes: 300, maxDepth: 40 };

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  unlistedVariablesAreDyn: true,
  limits: LIMITS,
});

interface Reading {
  readonly fields: Fields;
  /** The time that `now` stands for. */
  readonly now: number;
}

/**
 * Reads a filter in CEL over named fields: comparisons, `in`, `contains`, `startsWith`, `endsWith`, `has`, `&&`, `||` and `!`. A comparison with a field that is absent is
 * false, and `!=` is then true, as in conditions of pipelines.
 * @throws {FilterError} that says what cannot be searched for, and what can
 */
export function readFilter(text: string, fields: Fields, now: number): Filter {
  let ast: ASTNode;
  try {
    ({ ast } = environment.parse(text));
  } catch (error) {
    throw new FilterError(`it is not valid CEL: ${reasonOf(error)}`);
  }
  return filterOf(ast, { fields, now });
}

const ORDERINGS: Readonly<Record<string, Ordering>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const TURNED: Readonly<Record<Ordering, Ordering>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const TEXT_TESTS = { contains: 'contains', startsWith: 'startsWith', endsWith: 'endsWith' } as const;

function filterOf(node: ASTNode, reading: Reading): Filter {
  const { op } = node;
  if (op === '&&' || op === '||') {
    const is = op === '&&' ? 'and' : 'or';
    return { is, of: (node.args as [ASTNode, ASTNode]).map((part) => filterOf(part, reading)) };
  }
  if (op === '!_') return { is: 'not', of: filterOf(node.args as ASTNode, reading) };
  if (op === '==' || op === '!=') {
    const equal = equality(node.args as [ASTNode, ASTNode], reading);
    return op === '==' ? equal : { is: 'not', of: equal };
  }
  const ordering = ORDERINGS[op];
  if (ordering) return ordered(ordering, node.args as [ASTNode, ASTNode], reading);
  if (op === 'in') return among(node.args as [ASTNode, ASTNode], reading);
  if (op === 'rcall') return textTest(node.args as [string, ASTNode, readonly ASTNode[]], reading);
  if (op === 'call') return presence(node.args as [string, readonly ASTNode[]], reading);
  if (op === 'value' && typeof node.args === 'boolean') return { is: 'always', holds: node.args };
  const field = fieldOf(node, reading);
  if (field && (field.type === 'boolean' || field.type === 'any')) return { is: 'equal', field, value: true };
  throw new FilterError(
    field
      ? `"${field.shown}" is no condition: compare it, e.g. ${field.shown} == …`
      : 'it has something that cannot be searched for; there are comparisons, in, contains, startsWith, endsWith, has, &&, || and !',
  );
}

/** Returns the field and the literal of a comparison, and whether they stand the other way round. */
function sides(
  [left, right]: [ASTNode, ASTNode],
  reading: Reading,
): { field: Field; value: Literal; isTurned: boolean } {
  const one = fieldOf(left, reading);
  if (one) return { field: one, value: literalFor(one, right, reading), isTurned: false };
  const other = fieldOf(right, reading);
  if (other) return { field: other, value: literalFor(other, left, reading), isTurned: true };
  throw new FilterError('a comparison needs a field on one side and a value on the other');
}

function equality(args: [ASTNode, ASTNode], reading: Reading): Filter {
  const { field, value } = sides(args, reading);
  if (value === null) return { is: 'not', of: { is: 'present', field } };
  if (field.type === 'texts') throw new FilterError(`"${field.shown}" is a list: write "x" in ${field.shown}`);
  return { is: 'equal', field, value };
}

function ordered(by: Ordering, args: [ASTNode, ASTNode], reading: Reading): Filter {
  const { field, value, isTurned } = sides(args, reading);
  if (value === null || typeof value === 'boolean' || field.type === 'texts' || field.type === 'boolean')
    throw new FilterError(`"${field.shown}" has no order: compare it with == or !=`);
  return { is: 'ordered', field, by: isTurned ? TURNED[by] : by, value };
}

function among([item, list]: [ASTNode, ASTNode], reading: Reading): Filter {
  const within = fieldOf(list, reading);
  if (within) {
    if (within.type !== 'texts') throw new FilterError(`"${within.shown}" is no list`);
    const value = literalOf(item, reading);
    if (typeof value !== 'string') throw new FilterError(`"${within.shown}" has texts: write "x" in ${within.shown}`);
    return { is: 'has', field: within, value };
  }
  const field = fieldOf(item, reading);
  if (!field || list.op !== 'list') throw new FilterError('write FIELD in ["a", "b"], or "x" in tags');
  const values = (list.args as ASTNode[]).map((value) => literalFor(field, value, reading));
  if (values.includes(null) || field.type === 'texts')
    throw new FilterError(`"${field.shown}" is compared with values`);
  return { is: 'or', of: values.map((value) => ({ is: 'equal', field, value: value as NonNullable<Literal> })) };
}

function textTest([name, receiver, args]: [string, ASTNode, readonly ASTNode[]], reading: Reading): Filter {
  const [test] = Object.entries(TEXT_TESTS).flatMap(([known, is]) => (known === name ? [is] : []));
  const { node, isFolded } = folded(receiver);
  const field = fieldOf(node, reading);
  const [argument, more] = args;
  const part = argument && literalOf(argument, reading);
  if (!test || !field || more || typeof part !== 'string')
    throw new FilterError(
      `"${name}" cannot be searched for; there are ${Object.keys(TEXT_TESTS).join(', ')} with a text`,
    );
  if (field.type !== 'text' && field.type !== 'any') throw new FilterError(`"${field.shown}" is no text`);
  return {
    is: 'text',
    field,
    test,
    part: isFolded ? part.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : part,
    isFolded,
  };
}

/** `title.lowerAscii()` is compared whatever its case. */
function folded(node: ASTNode): { node: ASTNode; isFolded: boolean } {
  if (node.op !== 'rcall') return { node, isFolded: false };
  const [name, receiver] = node.args;
  return name === 'lowerAscii' ? { node: receiver, isFolded: true } : { node, isFolded: false };
}

function presence([name, [asked]]: [string, readonly ASTNode[]], reading: Reading): Filter {
  const field = name === 'has' && asked ? fieldOf(asked, reading) : undefined;
  if (!field) throw new FilterError(`"${name}" cannot be searched for; has(…) takes a field`);
  return { is: 'present', field };
}

/** Returns the field that a node names; undefined where it is something else. @throws {FilterError} for a name that is no field */
function fieldOf(node: ASTNode, { fields }: Reading): Field | undefined {
  if (node.op === 'id') {
    const name = node.args as string;
    if (name === 'now') return undefined;
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!known) throw unknownField(name, fields);
    if (known.type === 'map' || known.type === 'json')
      throw new FilterError(`"${name}" has values by name: write ${name}.NAME`);
    return { name, type: known.type, shown: name, ...(known.values && { values: known.values }) };
  }
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const { name, path } = namesOf(node);
  const type = Object.hasOwn(fields, name) ? fields[name]?.type : undefined;
  const [key] = path;
  const shown = [name, ...path].join('.');
  if (type === 'json' && key !== undefined) return { name, path, type: 'any', shown };
  if (type === 'map' && key !== undefined && path.length === 1) return { name, key, type: 'any', shown };
  throw new FilterError(
    name === '' || path.length > 1
      ? `only ${Object.keys(fields).join(', ')} can be searched for`
      : `"${name}" has no values by name`,
  );
}

/** Returns the field and the names that a node like `input.from["address"]` is made of; without a name for anything else. */
function namesOf(node: ASTNode): { readonly name: string; readonly path: readonly string[] } {
  if (node.op === 'id') return { name: node.args as string, path: [] };
  if (node.op !== '.' && node.op !== '[]') return { name: '', path: [] };
  const [within, key] = node.args as [ASTNode, unknown];
  const { name, path } = namesOf(within);
  const text = node.op === '.' ? key : (key as ASTNode).op === 'value' ? (key as ASTNode).args : undefined;
  // A name with a quotation mark cannot be written in every database.
  return typeof text === 'string' && isText(text) && !text.includes('"')
    ? { name, path: [...path, text] }
    : { name: '', path: [] };
}

function unknownField(name: string, fields: Fields): FilterError {
  const nearest = nearestName(name, Object.keys(fields));
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return new FilterError(`there is no field "${name}"${meant || ` (there are ${Object.keys(fields).join(', ')})`}`);
}

function literalFor(field: Field, node: ASTNode, reading: Reading): Literal {
  const value = literalOf(node, reading);
  if (value === null) return value;
  const wanted = { text: 'string', texts: 'string', time: 'number', number: 'number', boolean: 'boolean', any: '' }[
    field.type
  ];
  if (wanted !== '' && (typeof value !== wanted || (field.type === 'time' && !isTime(node))))
    throw new FilterError(
      field.type === 'time'
        ? `"${field.shown}" is a time: compare it with timestamp("2026-01-31T09:00:00Z") or now - duration("24h")`
        : `"${field.shown}" is compared with a ${wanted}`,
    );
  if (field.values && !field.values.includes(String(value)))
    throw new FilterError(`"${field.shown}" is never "${String(value)}"; it is one of ${field.values.join(', ')}`);
  return value;
}

const isTime = ({ op, args }: ASTNode): boolean =>
  (op === 'id' && args === 'now') ||
  (op === 'call' && args[0] === 'timestamp') ||
  ((op === '+' || op === '-') && isTime(args[0]));

function literalOf(node: ASTNode, reading: Reading): Literal {
  const { op, args } = node;
  if (op === 'value') {
    const value: unknown = args;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string' && isText(value)) return value;
    if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value as Literal;
  }
  if (op === '-_') {
    const value = literalOf(args as ASTNode, reading);
    if (typeof value === 'number') return -value;
  }
  if (op === 'id' && args === 'now') return reading.now;
  if (op === 'call' && args[0] === 'timestamp') return timestampOf(args);
  if ((op === '+' || op === '-') && isTime(args[0])) {
    const [time, length] = args;
    const ms = durationMs(length);
    return within(Number(literalOf(time, reading)) + (op === '-' ? -ms : ms));
  }
  throw new FilterError(
    'a field is compared with a text, a number, true, false, null, timestamp("…") or now - duration("…")',
  );
}

const within = (time: number): number => Math.min(Math.max(time, 0), LAST_TIME);

function timestampOf([, [given]]: [string, readonly ASTNode[]]): number {
  const text = given?.op === 'value' ? given.args : undefined;
  const time = typeof text === 'string' ? readTime(text) : undefined;
  if (time === undefined) throw new FilterError('timestamp(…) takes a time such as "2026-01-31T09:00:00Z"');
  return time;
}
