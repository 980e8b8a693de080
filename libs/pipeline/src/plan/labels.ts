import { cut } from '@millrace/contracts';
import { compileMapping, type ReadScope, type Scope } from '../authoring/mapping.js';
import { INPUT } from '../authoring/names.js';
import { needsOf } from '../authoring/reads.js';
import { ABSENT_CONTENTS, withContents } from './contents.js';
import { PlanError } from './plan-error.js';
import type { Mapping } from './plan-mapping.js';

/** The most attributes of a pipeline: each costs a row and index entries for each run. */
export const MOST_ATTRIBUTES = 20;
/** The most characters that are kept of an attribute's text. Filters compare as many. */
export const LONGEST_ATTRIBUTE = 200;
const LONGEST_TITLE = 200;

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The title that lists call a run by, and the attributes by which it is found. */
export interface Labels {
  /** Returns the title of a run; undefined where its pipeline declares none, or what it is made of is not there yet. */
  titleOf(scope: Scope): string | undefined;
  /** Returns the attributes that are there by now; undefined where the pipeline declares none. */
  attributesOf: ((scope: Scope) => Attributes) | undefined;
}

interface Declared {
  readonly title?: Mapping | undefined;
  readonly attributes?: Readonly<Record<string, Mapping>> | undefined;
  readonly given?: readonly string[] | undefined;
  readonly steps: Readonly<Record<string, unknown>>;
}

/** Checks what a plan declares about titles and attributes, and makes it ready. Throws a PlanError that names it. */
export function loadLabels({ title, attributes, given = [], steps }: Declared): Labels {
  const read = (mapping: Mapping, what: string): ReadScope => {
    const unknown = needsOf([mapping]).find(
      (name) => name !== INPUT && !given.includes(name) && !Object.hasOwn(steps, name),
    );
    if (unknown !== undefined)
      throw new PlanError('BAD_LABEL', `${what} reads "${unknown}", which is neither a step nor \`input\``);
    const made = compileMapping(mapping);
    return (scope) => withContents(ABSENT_CONTENTS, () => made(scope));
  };
  const titleFrom = title === undefined ? undefined : read(title, 'the title');
  const from = Object.entries(attributes ?? {}).map(
    ([name, mapping]) => [name, read(mapping, `the attribute "${name}"`)] as const,
  );
  if (from.length > MOST_ATTRIBUTES)
    throw new PlanError('BAD_LABEL', `the pipeline has ${from.length} attributes, and may have ${MOST_ATTRIBUTES}`);
  return {
    titleOf: (scope) => titleFrom && titleText(titleFrom(scope)),
    attributesOf: from.length === 0 ? undefined : (scope) => valuesOf(from, scope),
  };
}

function valuesOf(from: readonly (readonly [string, ReadScope])[], scope: Scope): Attributes {
  const values: Record<string, AttributeValue> = {};
  for (const [name, read] of from) {
    const value = read(scope);
    if (typeof value === 'string') values[name] = cut(value, LONGEST_ATTRIBUTE);
    else if (typeof value === 'number' || typeof value === 'boolean') values[name] = value;
  }
  return values;
}

/** Returns a title as one line: a list is the texts in it, one after the other. */
function titleText(value: unknown): string | undefined {
  const parts = (Array.isArray(value) ? value : [value]).flatMap((part: unknown) =>
    typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean' ? [String(part)] : [],
  );
  const line = parts
    .join(' ')
    .slice(0, 4 * LONGEST_TITLE)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line === '' ? undefined : cut(line, LONGEST_TITLE, '…');
}
