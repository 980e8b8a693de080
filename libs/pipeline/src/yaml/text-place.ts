import { caseName, OTHERWISE } from '../steps/constructs.js';
import { HEADS, textOf } from './forms.js';
import type { YamlPath } from './yaml-path.js';
import { isText } from './reader.js';

/** Returns where a document has what a JSON pointer into its plan names, or the nearest thing around that. */
export function placeInText(pointer: string, document: unknown): YamlPath {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: YamlPath = [];
  let value = document;
  let before: string | undefined;
  for (const part of parts) {
    const found = below(value, part) ?? (before === 'steps' ? inCases(value, part) : undefined);
    // Of a step that is not found, nothing within is looked for.
    if (!found && before === 'steps') break;
    before = part;
    if (found) [at, value] = [[...at, ...found], found.reduce<unknown>(valueAt, value)];
  }
  return at;
}

const valueAt = (value: unknown, key: string | number): unknown => (value as Readonly<Record<string, unknown>>)[key];

/** A field is written by its own name, by a short one, or as the key that a step begins with. */
function below(value: unknown, part: string): YamlPath | undefined {
  if (Array.isArray(value)) return Object.hasOwn(value, part) ? [Number(part)] : undefined;
  if (!isText(value)) return undefined;
  const heads = Object.values(HEADS).flatMap(({ key, field }) => (field === part ? [key] : []));
  const key = [part, textOf(part), ...heads].find((one) => Object.hasOwn(value, one));
  return key === undefined ? undefined : [key];
}

/** A step of a switch is written under the value that it is for. */
function inCases(steps: unknown, name: string): YamlPath | undefined {
  if (!isText(steps)) return undefined;
  for (const [choice, text] of Object.entries(steps)) {
    const found = isText(text) && 'choose' in text ? inChoice(text, choice, name) : undefined;
    if (found) return [choice, ...found];
  }
  return undefined;
}

function inChoice(text: Readonly<Record<string, unknown>>, choice: string, name: string): YamlPath | undefined {
  const cases = Object.entries(isText(text['cases']) ? text['cases'] : {}).map(([value, one]) => ({
    own: caseName(choice, value),
    place: ['cases', value],
    one,
  }));
  const last = { own: caseName(choice, OTHERWISE), place: [OTHERWISE], one: text[OTHERWISE] };
  for (const { own, place, one } of [...cases, last]) {
    if (!isText(one)) continue;
    if (own === name) return place;
    if ('choose' in one) {
      const within = inChoice(one, own, name);
      if (within) return [...place, ...within];
    }
    const steps = one['steps'];
    const within = isText(steps) && Object.hasOwn(steps, name) ? [name] : inCases(steps, name);
    if (within) return [...place, 'steps', ...within];
  }
  return undefined;
}
