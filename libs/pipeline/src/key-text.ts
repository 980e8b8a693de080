import { cut, derivedId, isText } from '@millrace/contracts';

/** So long is a key at most: an index of the store takes it, whatever its characters. */
const LONGEST = 500;
const SHOWN = 400;

/** What a mapping found as the text of a key. One that is too long, or that cannot be stored, ends in its digest: two keys are never taken for one. */
export function keyText(found: unknown): string {
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? '');
  return text.length <= LONGEST && isText(text) ? text : `${cut(text, SHOWN)}#${derivedId('key', text)}`;
}
