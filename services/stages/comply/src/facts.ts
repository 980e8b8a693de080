import { cut } from '@millrace/contracts';
import { injectionSignals, personalDataIn, redact, type Span } from '@millrace/ai';
import type { In } from '@millrace/stage';
import type { comply } from './contract.js';
import { unsupportedIn } from './unsupported.js';

/** The facts about a draft that rules can ask for; the names are the variables of their CEL expressions. */
export const FACTS = {
  text: 'string',
  words: 'double',
  /** Ids of the articles it cites. */
  citations: 'list<string>',
  /** Ids of the articles it may cite. */
  sources: 'list<string>',
  /** Kinds of personal data in it (`card`, `iban`, `phone`, `email` …) that no article has. */
  personal: 'list<string>',
  /** Hosts it links to that no article names. */
  links: 'list<string>',
  /** Numbers in it that neither an article nor the message states; empty where the message is not given. */
  unsupported: 'list<string>',
  /** Signs that something speaks through it to or of a model. */
  injection: 'list<string>',
  /** The share of its longer words that are all capitals. */
  shouting: 'double',
  exclamations: 'double',
} as const;

export interface DraftFacts extends Readonly<Record<keyof typeof FACTS, unknown>> {
  readonly text: string;
  readonly sentences: readonly string[];
}

export function factsOf({ text, message, citations, articles }: In<typeof comply>): DraftFacts {
  const published = articles.map(({ title, excerpt }) => `${title}\n${excerpt}`).join('\n');
  const personal = personalDataIn(text);
  const words = text.match(/[\p{L}\p{N}'’-]+/gu) ?? [];
  return {
    text,
    sentences: sentencesOf(text),
    words: words.length,
    citations,
    sources: articles.map(({ id }) => id),
    personal: personalKinds(personal, published),
    links: linksIn(text).filter((host) => !linksIn(published).includes(host)),
    unsupported: message === undefined ? [] : unsupportedIn(text, { sources: [published, message], personal }),
    injection: injectionSignals(text),
    shouting: shareOf(
      words.filter((word) => word.length >= 4),
      (word) => word === word.toUpperCase() && /\p{Lu}/u.test(word),
    ),
    exclamations: text.match(/!/g)?.length ?? 0,
  };
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** Returns the kinds of personal data in a text, but for what is published: the organisation's own numbers and addresses may stand in a reply. */
function personalKinds(personal: readonly Span[], published: string): string[] {
  const open = new Set(personalDataIn(published).map(({ value }) => canonical(value)));
  return [...new Set(personal.filter(({ value }) => !open.has(canonical(value))).map(({ kind }) => kind))];
}

const canonical = (value: string): string => value.toLowerCase().replace(/[\s()./-]/g, '');

function linksIn(text: string): string[] {
  return [...text.matchAll(/\b(?:https?:\/\/|www\.)([a-z0-9.-]{1,253})/gi)].map(([, host = '']) =>
    host.toLowerCase().replace(/^www\.|\.+$/g, ''),
  );
}

function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length < 5 ? 0 : items.filter(holds).length / items.length;
}

/** A sentence as it may be shown beside the rule it breaks. */
export function quotable(sentence: string): string {
  return cut(redact(sentence), 300);
}
