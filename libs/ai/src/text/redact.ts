import { MAX_TEXT } from '../llm/answer.js';
import { personalDataIn, type PersonalDataKind } from './spans.js';

/**
 * The text with personal data replaced by what it was, e.g. `[email]`, `[card]`; fit for logs. What lies beyond the 64 KB
 * that are looked at is left out, never let through.
 */
export function redact(text: string): string {
  let out = '';
  let from = 0;
  for (const { kind, start, end } of personalDataIn(text)) {
    out += `${text.slice(from, start)}[${kind}]`;
    from = end;
  }
  out += text.slice(from, MAX_TEXT);
  return text.length > MAX_TEXT ? `${out}[rest left out]` : out;
}

/** Returns the kinds of personal data that a text holds, each once. */
export function personalDataKinds(text: string): PersonalDataKind[] {
  return [...new Set(personalDataIn(text).map(({ kind }) => kind))];
}
