/**
 * Returns the JSON value in a model's words: the whole text, or the first object or list among other words, such as those of a code
 * fence. Undefined where there is none that is complete.
 */
export function jsonIn(text: string): { readonly value: unknown } | undefined {
  const whole = parsed(text);
  if (whole) return whole;
  for (
    let at = nextOpening(text, 0), tries = 0;
    at >= 0 && tries < MOST_TRIES;
    at = nextOpening(text, at + 1), tries++
  ) {
    const end = closingOf(text, at);
    if (end === undefined) continue;
    const found = parsed(text.slice(at, end));
    if (found) return found;
  }
  return undefined;
}

/** Brackets that are looked at before it is given up: each costs a walk over the text. */
const MOST_TRIES = 20;

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text.trim());
    return typeof value === 'object' && value !== null ? { value } : undefined;
  } catch {
    return undefined;
  }
}

function nextOpening(text: string, from: number): number {
  const [object, list] = [text.indexOf('{', from), text.indexOf('[', from)];
  return object < 0 || list < 0 ? Math.max(object, list) : Math.min(object, list);
}

/** Returns the end of the bracket that opens at `start`; brackets in JSON's strings do not count. */
function closingOf(text: string, start: number): number | undefined {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (isString) {
      if (char === '\\') at++;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return undefined;
}
