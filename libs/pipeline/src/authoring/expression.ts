import { fieldOf, formsOf, type JsonSchema, mayBeNull } from '../schemas/json-schema.js';
import { PlanError } from '../plan/plan-error.js';
import { type Reference, referenceOf, type ReferenceSource } from './reference.js';

/** A value within a condition. */
export interface Operand {
  readonly text: string;
  /** CEL terms that must hold for the value to be there; none where it always is. */
  readonly guards: readonly string[];
  readonly sources: readonly ReferenceSource[];
  readonly isText: boolean;
}

/** A reference, or a literal (a string, number, boolean, or a list of these), as CEL. */
export function operandOf(given: unknown): Operand {
  const reference = referenceOf(given);
  if (reference?.is === 'ref') return pathOperand(reference);
  if (reference) return firstOperand(reference.alternatives.map(operandOf));
  return { text: literalOf(given), guards: [], sources: [], isText: typeof given === 'string' };
}

/** JSON numbers are doubles in CEL, so are all numbers here. */
function literalOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number' && Number.isFinite(value))
    return /^-?\d+$/.test(String(value)) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  throw new PlanError(
    'BAD_CONDITION',
    `a condition compares references with strings, numbers and booleans, not with ${typeof value}`,
  );
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

function pathOperand({ source, path }: Reference & { is: 'ref' }): Operand {
  const root = source.schema;
  const guards: string[] = [];
  let text = source.name;
  let schema: JsonSchema = root;
  if (source.mayBeAbsent || mayBeNull(schema, root)) guards.push(`${text} != null`);
  for (const part of path) {
    const { field, mayBeAbsent } = fieldOf(schema, part, root);
    const dotted = typeof part === 'string' && IDENTIFIER.test(part);
    const at = dotted ? `${text}.${part}` : `${text}[${typeof part === 'number' ? part : JSON.stringify(part)}]`;
    if (mayBeAbsent) guards.push(presenceOf(text, part, at));
    if (mayBeNull(field, root)) guards.push(`${at} != null`);
    [text, schema] = [at, field];
  }
  const isText = formsOf(schema, root).every((form) => form.type === 'string');
  return { text, guards, sources: [source], isText };
}

function presenceOf(text: string, part: string | number, at: string): string {
  if (typeof part === 'number') return `size(${text}) > ${part}`;
  return IDENTIFIER.test(part) ? `has(${at})` : `${JSON.stringify(part)} in ${text}`;
}

/** `orElse` as CEL: each alternative where its guards hold, else the next; there if any of them is. */
function firstOperand(alternatives: readonly Operand[]): Operand {
  const [last, ...before] = [...alternatives].reverse() as [Operand, ...Operand[]];
  const text = before.reduce(
    (rest, { text, guards }) => (guards.length > 0 ? `(${guards.join(' && ')} ? ${text} : ${rest})` : text),
    last.text,
  );
  const mayBeAbsent = alternatives.every(({ guards }) => guards.length > 0);
  const guard = alternatives.map(({ guards }) => `(${guards.join(' && ')})`).join(' || ');
  return {
    text,
    guards: mayBeAbsent ? [`(${guard})`] : [],
    sources: alternatives.flatMap(({ sources }) => sources),
    isText: alternatives.every(({ isText }) => isText),
  };
}
