import type { Judgement } from './contracts.js';

/** Says of a text whether it may stay. Put models behind it: a small one that is quick, and a large one. */
export abstract class Judge {
  abstract judge(text: string, how: { model: 'small' | 'large'; signal: AbortSignal }): Promise<Judgement>;
}

/** Needs no model, and says of both what the rules say. */
export class RuleJudge extends Judge {
  judge(text: string): Promise<Judgement> {
    return Promise.resolve(judgedByRules(text));
  }
}

const HARMFUL = /\b(?:hurt|kill|beat) (?:you|them|him|her)\b/i;
const DOUBTFUL: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\//i, 'it has a link'],
  [/\b[A-Z]{3,}\b.*!{2,}/, 'it shouts'],
  [/\bcheap|\bfree money|\bbuy now/i, 'it sells something'],
];

export function judgedByRules(text: string): Judgement {
  if (HARMFUL.test(text)) return { verdict: 'harmful', reasons: ['it threatens somebody'] };
  const reasons = DOUBTFUL.filter(([pattern]) => pattern.test(text)).map(([, reason]) => reason);
  return { verdict: reasons.length > 1 ? 'unsure' : 'fine', reasons };
}
