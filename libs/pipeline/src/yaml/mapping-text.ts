import { isDeepStrictEqual } from 'node:util';
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { nearestName } from '@millrace/contracts';
import { reasonOf } from '../authoring/compiled-condition.js';
import { Condition } from '../authoring/conditions.js';
import { referencesOf } from '../authoring/mapping.js';
import { PlanError } from '../plan/plan-error.js';
import type { Mapping } from '../plan/plan-mapping.js';
import type { VisibleNames } from './links.js';
import type { YamlPath, Report } from './yaml-path.js';

/** The names that can be read; undefined where any may be. */
export type KnownNames = VisibleNames | undefined;

export interface MappingTextContext {
  readonly names: KnownNames;
  readonly report: Report;
}

/**
 * A mapping as people write it: `$draft.text` and `${draft["text"]}` are references, `${orElse(a, b)}` is the first that is there, `$$` stands for `$`,
 * everything else is what it is. What is longer than a line has the form that the plan has: `$orElse: […]`, `$literal: …`.
 */
export function readMapping(text: unknown, at: YamlPath, around: MappingTextContext): Mapping {
  if (typeof text === 'string') return readString(text, at, around);
  if (text === null || typeof text !== 'object') return text as Mapping;
  if (Array.isArray(text)) return text.map((item, i) => readMapping(item, [...at, i], around));
  const [[key, operand] = [], another] = Object.entries(text) as [string, unknown][];
  if (another === undefined && key === '$literal') return text as Mapping;
  if (another === undefined && key === '$ref') return checked(text as Mapping, at, around);
  if (another === undefined && key === '$orElse')
    return checked({ $orElse: readMapping(operand, [...at, key], around) as readonly Mapping[] }, at, around);
  return Object.fromEntries(
    Object.entries(text).map(([field, part]) => [field, readMapping(part, [...at, field], around)]),
  );
}

/** That it is well formed, and reads what can be read there. */
function checked(mapping: Mapping, at: YamlPath, { names, report }: MappingTextContext): Mapping {
  try {
    const unknown = names && referencesOf(mapping).find(([from]) => !names.has(from));
    if (unknown) report({ at, what: `there is no "${unknown[0]}" here: ${insteadOf(unknown[0], names)}` });
    return mapping;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    report({ at, what: error.what });
    return null;
  }
}

/** More names are no help, and each of many problems would repeat them. */
const MOST_NAMED = 30;

function insteadOf(name: string, names: VisibleNames): string {
  const named: string[] = [];
  for (const one of names) {
    if (named.length === MOST_NAMED) {
      named.push('…');
      break;
    }
    named.push(one);
  }
  const nearest = nearestName(name, names);
  return `${nearest === undefined ? '' : `did you mean "${nearest}"? `}it can read ${named.join(', ')}`;
}

/** The same of a mapping. `readMapping` makes the same of it again. */
export function mappingText(mapping: Mapping): unknown {
  if (typeof mapping === 'string') return literalText(mapping);
  if (mapping === null || typeof mapping !== 'object') return mapping;
  if (Array.isArray(mapping)) return mapping.map((item) => mappingText(item as Mapping));
  const [[key, operand] = [], another] = Object.entries(mapping) as [string, unknown][];
  if (another === undefined && key === '$literal') return mapping;
  if (another === undefined && (key === '$ref' || key === '$orElse')) {
    const short = shortText(mapping);
    if (short !== undefined) return short;
    return key === '$ref' ? mapping : { $orElse: mappingText(operand as Mapping) };
  }
  return Object.fromEntries(Object.entries(mapping).map(([field, part]) => [field, mappingText(part as Mapping)]));
}

/** Matches text that looks like an expression or contains one. */
const DOUBTFUL = /^\$[A-Za-z_]|\$\$|\$\{/;
const literalText = (text: string): string => (DOUBTFUL.test(text) ? text.replaceAll('$', '$$$$') : text);

const PATH = /^\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*)$/;
const UNESCAPED = /(?<!\$)(?:\$\$)*\$\{/;

function readString(text: string, at: YamlPath, around: MappingTextContext): Mapping {
  const path = PATH.exec(text)?.[1];
  const isWhole = text.startsWith('${') && text.endsWith('}');
  if (path !== undefined || isWhole) {
    const failed = (what: string, offset: number): void => around.report({ at, what, offset });
    const mapping = attempt(() => mappingIn(astOf(path ?? text.slice(2, -1))), isWhole ? 2 : 1, failed);
    return checked(mapping ?? null, at, around);
  }
  const within = UNESCAPED.exec(text);
  if (within) {
    const what = 'a value is taken whole, not put into text: let a stage make the text, or write $$ for $';
    around.report({ at, what, offset: within.index });
  } else if (/^\$[A-Za-z_]/.test(text)) {
    const what = `"${text}" begins like a reference and is none: write \${…} around an expression, or $$ for $`;
    around.report({ at, what });
  }
  return text.replaceAll('$$', '$');
}

class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Returns the outcome of `work`; or nothing, after reporting the fault and its place. */
function attempt<T>(work: () => T, start: number, failed: (what: string, offset: number) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    failed(error.message, start + error.offset);
    return undefined;
  }
}

const environment = new Environment({ homogeneousAggregateLiterals: false });

/** CEL as it is; what it reads is checked with the whole plan. */
export function readCondition(text: unknown, at: YamlPath, report: Report): unknown {
  if (typeof text !== 'string') report({ at, what: 'a condition is a text in CEL, e.g. draft.score > 0.8' });
  else
    attempt(
      () => astOf(text),
      0,
      (what, offset) => report({ at, what, offset }),
    );
  return text;
}

/** A condition as it is put together with others. What is wrong with it is told of. */
export function asCondition(text: string, at: YamlPath, report: Report): Condition {
  const binds = attempt(
    () => LOOSELY[astOf(text).op] ?? 'tight',
    0,
    (what, offset) => report({ at, what, offset }),
  );
  return new Condition(text, [], binds ?? 'tight');
}

const LOOSELY: Readonly<Record<string, 'or' | 'and' | 'loose'>> = { '||': 'or', '&&': 'and', '?:': 'loose' };

function astOf(text: string): ASTNode {
  try {
    return environment.parse(text).ast;
  } catch (error) {
    const start = error instanceof ParseError ? (error.range?.start ?? 0) : 0;
    throw new ExpressionError(`\`${text}\` is not valid: ${reasonOf(error)}`, start);
  }
}

function mappingIn(node: ASTNode): Mapping {
  const { op } = node;
  if (op === 'id' || op === '.' || op === '[]') return { $ref: pathIn(node) as [string, ...(string | number)[]] };
  if (op === 'value') return valueOf(node.args, node);
  if (op === 'list') return node.args.map(mappingIn);
  if (op === '-_') {
    const value = mappingIn(node.args);
    if (typeof value === 'number') return -value;
  }
  if (op === 'call' && node.args[0] === 'orElse' && node.args[1].length > 0)
    return { $orElse: node.args[1].map(mappingIn) };
  throw new ExpressionError(
    'a value is a reference, a literal or orElse(…): calculate in a stage, or test it in a condition',
    node.start,
  );
}

function valueOf(value: unknown, { start }: ASTNode): Mapping {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Mapping;
  throw new ExpressionError('JSON has no such literal', start);
}

function pathIn(node: ASTNode): (string | number)[] {
  if (node.op === 'id') return [node.args];
  if (node.op === '.') return [...pathIn(node.args[0]), node.args[1]];
  if (node.op === '[]') {
    const [of, key] = node.args;
    if (key.op === 'value' && typeof key.args === 'string') return [...pathIn(of), key.args];
    if (key.op === 'value' && typeof key.args === 'bigint') return [...pathIn(of), Number(key.args)];
  }
  throw new ExpressionError('a path is made of names, "keys" and indexes', node.start);
}

/** On one line; undefined where that would be unreadable, or not the same. */
function shortText(mapping: Mapping): string | undefined {
  const text = expressionText(mapping);
  if (text === undefined) return undefined;
  const short = PATH.test(`$${text}`) ? `$${text}` : `\${${text}}`;
  let isSame = true;
  const again = readString(short, [], { names: undefined, report: () => (isSame = false) });
  return isSame && isDeepStrictEqual(again, mapping) ? short : undefined;
}

function expressionText(mapping: Mapping): string | undefined {
  if (mapping === null || typeof mapping !== 'object') return JSON.stringify(mapping);
  if (Array.isArray(mapping)) return mapping.length === 0 ? '[]' : undefined;
  if ('$ref' in mapping) return pathText(mapping.$ref as readonly unknown[]);
  if (!('$orElse' in mapping) || !Array.isArray(mapping.$orElse)) return undefined;
  const parts = (mapping.$orElse as Mapping[]).map(expressionText);
  return parts.includes(undefined) ? undefined : `orElse(${parts.join(', ')})`;
}

const pathText = ([from, ...rest]: readonly unknown[]): string =>
  String(from) +
  rest.map((part) => (/^[A-Za-z_]\w*$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(part)}]`)).join('');
