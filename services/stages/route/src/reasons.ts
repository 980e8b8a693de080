import { injectionSignals } from '@millrace/ai';
import type { In } from '@millrace/stage';
import type { route } from './contract.js';

type Case = In<typeof route>;

/** Languages that drafts are written in. */
const ANSWERED = new Set(['en']);

const REASONS = {
  'confidence-below-threshold': ({ confidence }, threshold) => confidence < threshold,
  'intent-unknown': ({ intent }) => intent === 'other',
  'compliance-failed': ({ compliant }) => !compliant,
  'draft-not-grounded': ({ grounded }) => !grounded,
  'language-not-answered': ({ language }) => language !== undefined && !ANSWERED.has(language),
  'injection-suspected': ({ subject, text }) => injectionSignals(`${subject}\n${text}`).length > 0,
  'no-text': ({ text }) => text.trim() === '',
  'no-sender': ({ sender }) => sender === undefined,
  'written-by-a-machine': ({ automatic }) => automatic,
  'urgent-complaint': ({ intent, urgency }) => intent === 'complaint' && urgency === 'high',
} satisfies Record<string, (given: Case, threshold: number) => boolean>;

/** Every reason for a person to look before this reply is sent. */
export function reasonsFor(given: Case, threshold: number): string[] {
  return Object.entries(REASONS)
    .filter(([, holds]) => holds(given, threshold))
    .map(([reason]) => reason);
}
