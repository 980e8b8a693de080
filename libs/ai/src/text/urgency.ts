import { z } from 'zod';
import { capped } from '../llm/answer.js';
import { Pattern } from './patterns.js';

/** The urgency of a message. */
export const URGENCIES = ['low', 'normal', 'high'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Labels that are urgent or can wait by their nature, and the words that make a message more urgent. */
export const UrgencyRules = z.object({
  high: z.array(z.string()),
  low: z.array(z.string()),
  pressing: Pattern,
});
export type UrgencyRules = z.infer<typeof UrgencyRules>;

/** Tells how urgent a message is by declared rules, without a model. */
export class UrgencyTable {
  constructor(private readonly rules: UrgencyRules) {}

  /** Takes the urgency of the label; pressing words in the text raise it by one, up to `high`. */
  urgencyOf(label: string, text: string): Urgency {
    const { high, low, pressing } = this.rules;
    const byLabel = high.includes(label) ? 'high' : low.includes(label) ? 'low' : 'normal';
    if (!pressing.test(capped(text))) return byLabel;
    return byLabel === 'low' ? 'normal' : 'high';
  }
}
