import { countrySpecs, isValidIBAN } from 'ibantools';
import { capped } from '../llm/answer.js';

/** The kind of a piece of personal data. */
export type PersonalDataKind = 'email' | 'iban' | 'card' | 'account' | 'sort-code' | 'national-id' | 'phone';

/** A piece of a text, by UTF-16 offsets; `value` is in its canonical form (digits only, upper case). */
export interface Span {
  readonly kind: PersonalDataKind;
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/*
 * Every repetition below is bounded and no two neighbours can match the same character in two ways for long, so the time is
 * linear in the text, whatever the text is.
 */
const EMAIL = /(?<![\w.%+-])[\w.%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,6}\p{L}{2,24}/gu;
const CARD = /(?<![\d\w])\d(?:[ -]?\d){12,18}(?![\d\w])/g;
const IBAN_START = /(?<![A-Z0-9])([A-Z]{2})\d{2}(?=[ -]?[A-Z0-9])/gi;
const ACCOUNT_CUE =
  /\b(?:account|acct|acc|a\/c)\b\.?(?:\s{0,2}(?:number|num|nr|no)\b\.?)?\s{0,2}[:#(]?\s{0,2}(?:is\s|ending\s|-\s)?\s{0,2}(\d[\d -]{4,16}\d)(?!\d)/gi;
const EIGHT_DIGITS = /(?<![\d\w+.,/-])\d{8}(?![\d\w]|[-/.,]\d)/g;
const SORT_CODE = /(?<![\d-])\d{2}[- ]\d{2}[- ]\d{2}(?![\d-]|[ ]\d{2})/g;
const NATIONAL_ID =
  /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])|(?<![\w])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)/g;
const LOOSE_PHONE =
  /(?<![\w.,-])(?:\+|00)?\(?\d(?:[\s()./-]{0,3}\d){6,14}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,5})?(?![\w]|[.,]\d)/gi;
const DATE = /^\d{4}-\d{2}-\d{2}$|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/;

/** Personal data in a text, in order and without overlaps. Errs on the side of finding too much (`loose` phone numbers). */
export function personalDataIn(text: string): Span[] {
  const looked = capped(text);
  const found = [...ibansIn(looked), ...cardsIn(looked), ...emailsIn(looked), ...nationalIdsIn(looked)];
  for (const span of [...accountsIn(looked), ...sortCodesIn(looked), ...loosePhonesIn(looked)]) {
    if (!found.some((other) => span.start < other.end && other.start < span.end)) found.push(span);
  }
  return withoutOverlaps(found);
}

export function emailsIn(text: string): Span[] {
  return matches('email', EMAIL, text).map((span) => ({ ...span, value: span.value.toLowerCase() }));
}

/** Card numbers of 13–19 digits whose check digit is right. */
export function cardsIn(text: string): Span[] {
  return matches('card', CARD, text)
    .map((span) => ({ ...span, value: digits(span.value) }))
    .filter(({ value }) => luhn(value));
}

/** IBANs of the right length for their country whose check digits are right, written with or without spaces. */
export function ibansIn(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(IBAN_START)) {
    const [, country = ''] = match;
    const length = countrySpecs[country.toUpperCase() as keyof typeof countrySpecs]?.chars;
    if (!length) continue;
    let value = '';
    let end = match.index;
    while (value.length < length && end < text.length && end - match.index < 2 * length) {
      const char = text.charAt(end);
      if (/[A-Za-z0-9]/.test(char)) value += char.toUpperCase();
      else if (char !== ' ' && char !== '-') break;
      end++;
    }
    if (value.length === length && !/[A-Za-z0-9]/.test(text[end] ?? '') && isValidIBAN(value)) {
      spans.push({ kind: 'iban', start: match.index, end, value });
    }
  }
  return spans;
}

/** Numbers that the text calls an account, and bare eight-digit numbers where it speaks of accounts or sort codes. */
export function accountsIn(text: string): Span[] {
  const cued = [...text.matchAll(ACCOUNT_CUE)].map((match): Span => {
    const [whole, number = ''] = match;
    const start = match.index + whole.lastIndexOf(number);
    return { kind: 'account', start, end: start + number.length, value: digits(number) };
  });
  if (!/\b(?:accounts?|sort code|a\/c)\b/i.test(text)) return cued;
  return withoutOverlaps([...cued, ...matches('account', EIGHT_DIGITS, text)]);
}

export function sortCodesIn(text: string): Span[] {
  return matches('sort-code', SORT_CODE, text).filter(({ start, value }) => {
    return value.includes('-') || /sort ?code\W{0,6}(?:is\s)?$/i.test(text.slice(Math.max(0, start - 24), start));
  });
}

function nationalIdsIn(text: string): Span[] {
  return matches('national-id', NATIONAL_ID, text);
}

/** Anything of 7–15 digits that could be dialled; better for redaction than for reading. */
export function loosePhonesIn(text: string): Span[] {
  return matches('phone', LOOSE_PHONE, text).filter(({ value }) => !DATE.test(value.trim()));
}

/** Returns true when the last digit is the check digit that cards carry (ISO/IEC 7812). */
export function luhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && !/^0*$/.test(number);
}

function matches(kind: PersonalDataKind, pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({
    kind,
    start: match.index,
    end: match.index + match[0].length,
    value: match[0],
  }));
}

function digits(value: string): string {
  return value.replace(/\D/g, '');
}

/** Keeps, of spans that overlap, the one that starts first, and of those the longest. */
function withoutOverlaps(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  }
  return kept;
}
