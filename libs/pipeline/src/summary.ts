import { cut } from '@millrace/contracts';
import { canHaveField, fieldOf, type JsonSchema } from './schemas/json-schema.js';
import { PlanError } from './plan/plan-error.js';

/** A placeholder: the way to a field of the output, as a percentage or with an alternative for each outcome of a question. */
const PLACEHOLDER = /\{([^{}?%]*)(%)?(?:\?([^{}|]*)(?:\|([^{}]*))?)?\}/g;
const LONGEST_WORD = 80;
const LONGEST = 200;
/** Stands for a value that is not there. */
const NOTHING = '–';

const wayOf = (path: string): readonly string[] =>
  path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * Says in one line what an output comes to, by the template of its stage's contract.
 *
 * `{to}` stands for a field, `{articles/0/title}` for one that lies deeper, a list for the number of its items, `{confidence%}` for a
 * share of one as a percentage, and `{review?A person looks first|Sent}` for the first words where the field is there and neither false, 0 nor empty, else the others.
 */
export function summarize(template: string, output: unknown): string {
  const filled = template.replaceAll(
    PLACEHOLDER,
    (_, path: string, ...[share, yes, no = '']: (string | undefined)[]) => {
      const value = wayOf(path).reduce(fieldIn, output);
      if (yes !== undefined) return isSo(value) ? yes : no;
      return share !== undefined && typeof value === 'number' ? percentageOf(value) : wordOf(value);
    },
  );
  return cut(onOneLine(filled), LONGEST, '…');
}

/** @throws {PlanError} BAD_SUMMARY where a template cannot be filled with outputs of the schema; `whose` is the stage's name. */
export function checkSummary(template: string, schema: JsonSchema, whose: string): void {
  const refuse = (why: string): never => {
    throw new PlanError('BAD_SUMMARY', `The summary of stage "${whose}" ${why}`);
  };
  if (onOneLine(template) === '' || template.length > LONGEST)
    refuse(`is not between 1 and ${LONGEST} characters long`);
  if (/[{}]/.test(template.replaceAll(PLACEHOLDER, ''))) refuse('has a brace that belongs to no placeholder');
  for (const [, path = ''] of template.matchAll(PLACEHOLDER)) {
    let at = schema;
    for (const part of wayOf(path)) {
      if (!canHaveField(at, part, schema)) refuse(`reads {${path}}, which its output does not have`);
      at = fieldOf(at, part, schema).field;
    }
  }
}

function fieldIn(value: unknown, part: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[part];
}

/** Rounds down: 79.9 % must not look as if it had reached a threshold of 80 %. */
const percentageOf = (share: number): string => `${Math.floor(Number((share * 100).toPrecision(12)))} %`;

const isSo = (value: unknown): boolean => Boolean(Array.isArray(value) ? value.length : value);

function wordOf(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  switch (typeof value) {
    case 'string':
      return onOneLine(value) === '' ? NOTHING : cut(onOneLine(value.slice(0, 10 * LONGEST_WORD)), LONGEST_WORD, '…');
    case 'number':
      return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
    case 'boolean':
      return value ? 'yes' : 'no';
    default:
      return NOTHING;
  }
}

// Control characters too: summaries are written to terminals.
const onOneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
