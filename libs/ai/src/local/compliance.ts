import { z } from 'zod';
import { Answered, type CallOptions } from '../llm/answer.js';

/** Something in a reply that must not go out as it is. `rule` names what it breaks; the text itself is not repeated. */
export const ComplianceFinding = z.object({
  rule: z.enum(['promise', 'personal-data', 'disclaimer', 'tone', 'unsupported-claim', 'advice']),
  explanation: z.string().max(500),
});
export type ComplianceFinding = z.infer<typeof ComplianceFinding>;

export const ComplianceReview = Answered.extend({ ok: z.boolean(), findings: z.array(ComplianceFinding) });
export type ComplianceReview = z.infer<typeof ComplianceReview>;

/** Says whether a reply may be sent. */
export abstract class ComplianceReviewer {
  abstract review(reply: string, options: CallOptions): Promise<ComplianceReview>;
}
