const STOP_WORDS = new Set(
  `a about all also am an and any are as at be because been but by can could did do does for from get got had has have he
  hello hi her him his how i if in into is it its just kind know let like me more my no not of on or our out please regards
  she should so some than thank thanks that the their them then there these they this to too up us very was we were what
  when where which who why will with would you your dear sir madam best team don't i'm i've it's can't`.split(/\s+/),
);

/** A word as it is compared: lower case, without the commonest English endings; null for words that say nothing. */
export function termOf(word: string): string | null {
  const lower = word.toLowerCase().replace(/’/g, "'");
  if (STOP_WORDS.has(lower)) return null;
  return stem(lower.replace(/'s?$/, ''));
}

/** Light stemming: plural and -ed, -ing, -ly endings where a stem of three letters remains. */
function stem(word: string): string {
  if (word.length <= 3) return word;
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  const single = /(?:ss|us|is)$/.test(word) ? word : word.replace(/(?<=sh|ch|x|ss|z)es$|s$/, '');
  const [, base] = /^(.{3,}?)(?:ing|edly|ed|ly)$/.exec(single) ?? [];
  const bare = base === undefined || !/[aeiouy]/.test(base) ? single : base.replace(/([bdgmnprt])\1$/, '$1');
  return bare.replace(/e$/, '');
}

/** The sentences of a plain text, trimmed. */
export function sentences(text: string): string[] {
  return text
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?])\s(?=[\p{Lu}\p{N}"'(])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** The terms of a text, each once. */
export function termsIn(text: string): Set<string> {
  const words = text.match(/[\p{L}\p{N}]{1,40}(?:['’]\p{L}{1,3})?/gu) ?? [];
  return new Set(words.map(termOf).filter((term) => term !== null));
}
