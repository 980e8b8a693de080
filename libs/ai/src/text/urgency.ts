import { capped } from '../llm/answer.js';

/** How soon a message needs an answer. */
export const URGENCIES = ['low', 'normal', 'high'] as const;
export type Urgency = (typeof URGENCIES)[number];

const HIGH = new Set(['lost-or-stolen-card', 'card-payment-not-recognised', 'phishing-report']);
const LOW = new Set(['other', 'open-account', 'statement-request', 'foreign-currency', 'change-address-or-details']);
const PRESSING =
  /\b(?:urgent(?:ly)?|asap|as soon as possible|immediately|right away|straight away|at once|emergency|today|tonight|stolen|fraud(?:ulent|ster)?|hacked|scam(?:med)?|unauthori[sz]ed|stranded|evict(?:ed|ion)|ombudsman|can(?:no|')t (?:pay|afford|eat))\b/i;

/** A declared rule, not a model: some topics are urgent or can wait by nature, and pressing words raise what can wait or is normal by one. */
export function urgencyOf(label: string, text: string): Urgency {
  const byTopic = HIGH.has(label) ? 2 : LOW.has(label) ? 0 : 1;
  const byWords = PRESSING.test(capped(text)) ? 1 : 0;
  return URGENCIES[Math.min(2, byTopic + byWords)]!;
}
