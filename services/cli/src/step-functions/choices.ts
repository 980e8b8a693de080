import { present } from '@millrace/contracts';
import { celOf, type Doc } from './document.js';
import { astOf, attempt, CannotMap, jsonPath, type ExpressionScope, valueOf } from './expressions.js';
import { CAUGHT, codeOf } from './failing.js';
import type { State } from './machine.js';

type Rule = Readonly<Record<string, unknown>>;

const OPERATORS: Readonly<Record<string, string>> = {
  Equals: '==',
  LessThan: '<',
  LessThanEquals: '<=',
  GreaterThan: '>',
  GreaterThanEquals: '>=',
};
const IN_STAGE = 'let a stage say it as a boolean, and test that';

interface Way {
  readonly to: string | undefined;
  readonly when: string | undefined;
}

/** Returns the ways out of a Choice: each where its rule holds and none before it, and the default where none does; without a default, none. */
export function waysOf(
  state: State,
  scope: ExpressionScope,
  failed: (error: CannotMap, at: string) => void,
): readonly Way[] {
  const rules = (state['Choices'] ?? []) as readonly Rule[];
  const texts = rules.map((rule, i) => {
    let text = 'false';
    attempt(() => (text = conditionOf(rule, scope)), `Choices[${i}]`, failed);
    return text;
  });
  const ways = rules.map((rule, i): Way => ({
    to: String(rule['Next']),
    when: whereNone(texts.slice(0, i), texts[i]),
  }));
  const { Default: other } = state as { Default?: string };
  return [...ways, { to: other, when: whereNone(texts) }];
}

function whereNone(before: readonly string[], text?: string): string | undefined {
  const own = text !== undefined && before.length > 0 && text.includes('||') ? `(${text})` : text;
  const parts = [...before.map((one) => `!(${one})`), ...(own === undefined ? [] : [own])];
  return parts.length > 0 ? parts.join(' && ') : undefined;
}

/** A rule of a Choice as CEL. Throws a CannotMap. */
export function conditionOf(rule: Rule, scope: ExpressionScope): string {
  if (typeof rule['Condition'] === 'string') {
    const text = rule['Condition'].replace(/^\s*\{%|%\}\s*$/g, '').trim();
    return jsonataCondition(astOf(text), scope, text);
  }
  if (Array.isArray(rule['And'])) return joined(rule['And'] as Rule[], ' && ', scope);
  if (Array.isArray(rule['Or'])) return joined(rule['Or'] as Rule[], ' || ', scope);
  if (rule['Not'] !== undefined) return `!(${conditionOf(rule['Not'] as Rule, scope)})`;
  const left = jsonPath(String(rule['Variable']), scope);
  const [name, wanted] = Object.entries(rule).find(
    ([key]) => !['Variable', 'Next', 'Comment', 'Assign', 'Output'].includes(key),
  ) ?? ['', null];
  return tested(name, cel(left, String(rule['Variable'])), { wanted, scope });
}

const joined = (rules: readonly Rule[], operator: string, scope: ExpressionScope): string =>
  rules.map((rule) => `(${conditionOf(rule, scope)})`).join(operator);

function tested(name: string, left: string, { wanted, scope }: { wanted: unknown; scope: ExpressionScope }): string {
  const not = wanted === true ? '' : '!';
  if (name === 'IsPresent') return `${not}${presenceOf(left)}`;
  if (name === 'IsNull') return `${not}(${left} == null)`;
  const type = { IsString: 'string', IsNumeric: 'double', IsBoolean: 'bool' }[name];
  if (type) return `${not}(type(${left}) == ${type})`;
  if (name === 'StringMatches') {
    const pattern = String(wanted)
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
    return `${left}.matches(${JSON.stringify(`^${pattern}$`)})`;
  }
  const [, operator, path] = /^(?:String|Numeric|Boolean|Timestamp)(.+?)(Path)?$/.exec(name) ?? [];
  const sign = operator === undefined ? undefined : OPERATORS[operator];
  if (sign === undefined) throw new CannotMap(`there is no ${name || 'comparison'} here`, IN_STAGE);
  const right = path
    ? cel(jsonPath(String(wanted), scope), String(wanted))
    : present(celOf(wanted as Doc), `CEL for ${JSON.stringify(wanted)}`);
  return `${left} ${sign} ${asCode(left, right)}`;
}

/** Returns an error's name as a failure code. */
const asCode = (left: string, right: string): string =>
  left.endsWith(`.${CAUGHT}.code`) && right.startsWith('"')
    ? JSON.stringify(codeOf(JSON.parse(right) as string))
    : right;

/** Returns the test that the last part of a path is there. */
function presenceOf(path: string): string {
  const [, parent, last] = /^(.*)\[(\d+|"[^"]*")\]$/.exec(path) ?? [];
  if (parent !== undefined && last !== undefined)
    return /^\d/.test(last) ? `(size(${parent}) > ${last})` : `(${last} in ${parent})`;
  return /^\w+(?:\.\w+)+$/.test(path) ? `has(${path})` : `(${path} != null)`;
}

function cel(doc: Doc, text: string): string {
  const found = doc === null ? undefined : celOf(doc);
  if (found === undefined) throw new CannotMap(`\`${text}\` is no value that can be compared`, IN_STAGE);
  return found;
}

type Node = ReturnType<typeof astOf>;
const SIGNS: Readonly<Record<string, string>> = {
  '=': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  and: '&&',
  or: '||',
  in: 'in',
};

function jsonataCondition(node: Node, scope: ExpressionScope, text: string): string {
  const [only, ...more] = (node.type === 'block' && node.expressions) || [];
  if (only && more.length === 0) return `(${jsonataCondition(only, scope, text)})`;
  if (node.type !== 'binary') return cel(valueOf(node, scope, text), text);
  const sign = SIGNS[String(node.value)];
  if (sign === undefined) throw new CannotMap(`\`${text}\` computes`, IN_STAGE);
  const left = jsonataCondition(node.lhs as Node, scope, text);
  const right = jsonataCondition(node.rhs as Node, scope, text);
  return ['&&', '||'].includes(sign) ? `(${left} ${sign} ${right})` : `${left} ${sign} ${asCode(left, right)}`;
}
