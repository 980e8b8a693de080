import { cut, derivedId, isText } from '@millrace/contracts';

/** The most characters of a key: an index of the store takes it, whatever its characters. */
const LONGEST = 500;
const SHOWN = 400;

/** Returns the text of a key for what a mapping found. One that is too long, or that cannot be stored, ends in its digest: two keys are never taken for one. */
export function keyText(found: unknown): string {
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? '');
  return text.length <= LONGEST && isText(text) ? text : `${cut(text, SHOWN)}#${derivedId('key', text)}`;
}
