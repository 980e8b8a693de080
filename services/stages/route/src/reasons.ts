import { injectionSignals } from '@millrace/ai';
import type { In } from '@millrace/stage';
import type { route } from './contract.js';

/** The input of the stage, and whether the message shows signs of an injection. */
type Case = In<typeof route> & { readonly isInjectionSuspected: boolean };

/** Looks for signs of an injection, once for all that asks for them. */
export function caseOf(given: In<typeof route>): Case {
  return { ...given, isInjectionSuspected: injectionSignals(`${given.subject}\n${given.text}`).length > 0 };
}

/** Languages that drafts are written in. */
const ANSWERED = new Set(['en']);

/** The code of a step that no model did. */
const PERSON_NEEDED = 'MODEL_PERSON_NEEDED';

interface Reason {
  /** The words that a person reads. */
  readonly says: string;
  readonly holds: (given: Case, threshold: number) => boolean;
  /** Further sentences, about this message. */
  readonly more?: (given: Case) => readonly string[];
}

const REASONS = {
  'words-uncertain': {
    says: 'It is not certain which words are the customer’s own, or whether all of them were read: see the whole message.',
    holds: ({ uncertain }) => uncertain,
    more: ({ doubts }) => doubts,
  },
  'answered-by-fallback': {
    says: 'A language model could not answer, and another model, or rules, answered in its place.',
    holds: ({ fallback }) => Object.values(fallback).some((code) => code !== undefined && code !== PERSON_NEEDED),
  },
  'no-model-answered': {
    says: 'No model could do a part of the work, and it is left to a person.',
    holds: ({ fallback }) => Object.values(fallback).includes(PERSON_NEEDED),
  },
  'confidence-below-threshold': {
    says: 'It is not sure enough what the message is about.',
    holds: (given, threshold) => confidenceIn(given) < threshold,
  },
  'intent-unknown': {
    says: 'The message is about something that is not known here.',
    holds: ({ intent }) => intent === 'other',
  },
  'compliance-failed': { says: 'The draft breaks a rule.', holds: ({ compliant }) => !compliant },
  'draft-not-grounded': { says: 'No article answers the message.', holds: ({ grounded }) => !grounded },
  'language-not-answered': {
    says: 'The message is in a language that replies are not written in.',
    holds: ({ language, text }) => (language === undefined ? !isMostlyLatin(text) : !ANSWERED.has(language)),
  },
  'injection-suspected': {
    says: 'The message seems to give orders to a machine.',
    holds: ({ isInjectionSuspected }) => isInjectionSuspected,
  },
  'no-text': { says: 'The message has no text.', holds: ({ text }) => text.trim() === '' },
  'no-sender': { says: 'The message names nobody to answer.', holds: ({ sender }) => sender === undefined },
  'written-by-a-machine': { says: 'A machine wrote the message.', holds: ({ automatic }) => automatic },
  'urgent-complaint': {
    says: 'The message is an urgent complaint.',
    holds: ({ intent, urgency }) => intent === 'complaint' && urgency === 'high',
  },
} satisfies Record<string, Reason>;

/** Every reason for a person to look before this reply is sent: its code, and the code in words. */
export function reasonsFor(given: Case, threshold: number): { code: string; says: string }[] {
  return Object.entries<Reason>(REASONS)
    .filter(([, { holds }]) => holds(given, threshold))
    .map(([code, { says, more }]) => ({ code, says: [says, ...(more?.(given) ?? [])].join(' ') }));
}

/** A text may be too short to tell its language; none that replies are written in has other letters. */
function isMostlyLatin(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return latin * 2 >= letters;
}

const fallbacksIn = (fallback: Case['fallback']): number =>
  Object.values(fallback).filter((code) => code !== undefined).length;

/**
 * Returns the confidence of the whole reply: the classification's, halved for each doubt (uncertain words, signs of an injection, a step
 * that a fallback answered).
 */
export function confidenceIn({ confidence, uncertain, isInjectionSuspected, fallback }: Case): number {
  return confidence * 0.5 ** (Number(uncertain) + Number(isInjectionSuspected) + fallbacksIn(fallback));
}
