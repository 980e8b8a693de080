import { capped } from '../llm/answer.js';

/** Letters that a text needs before anything can be said about its language. */
const ENOUGH_LETTERS = 24;
const ENGLISH =
  /^(?:the|a|an|i|my|to|of|and|is|it|in|on|for|you|your|have|has|was|not|please|this|that|with|me|can|do|be|are|from|at|but|how|what|when)$/;

/**
 * The language of a text as ISO 639-1 code; `unknown` where it is too short or too mixed to tell. The detector and its
 * tables (tens of megabytes) are loaded with the first text that is not plainly English.
 */
export async function languageOf(text: string): Promise<string> {
  const looked = capped(text).slice(0, 4_000);
  const letters = looked.match(/\p{L}/gu)?.length ?? 0;
  if (letters < ENOUGH_LETTERS) return 'unknown';
  const words = looked.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.filter((word) => ENGLISH.test(word)).length >= words.length * 0.25) return 'en';
  const { eld } = await import('eld/extrasmall');
  const found = eld.detect(looked);
  return found.language !== '' && found.isReliable() ? found.language : 'unknown';
}
