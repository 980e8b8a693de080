import { z } from 'zod';
import { Answered, type CallOptions } from '../llm/answer.js';
import { MILLBROOK } from './drafter.js';
import { personalDataIn } from '../text/spans.js';

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

const PROMISES =
  /\b(?:we|i|the bank) (?:guarantee|promise|assure you)\b|\b(?:we|i)(?: will|'ll)(?: certainly| definitely| fully)? (?:refund|reimburse|credit|compensate|waive|pay you)\b|\b(?:you will|you'll) (?:get|receive|have) (?:your money|a (?:full )?refund|the refund|compensation)\b|\bguaranteed\b/i;
const RUDE =
  /\b(?:stupid|idiot\w{0,3}|ridiculous|shut up|your (?:own )?fault|calm down|liar|lying|nonsense|whatever)\b|!{2,}/i;
const ADVICE =
  /\b(?:we|i) (?:advise|recommend) (?:you )?to (?:invest|buy|sell|borrow)\b|\byou should (?:invest|borrow|buy shares)\b/i;

/** Promises, numbers of customers, advice, rudeness and a missing disclaimer, by pattern. E-mail addresses of `allowed` domains may stand. */
export class RuleComplianceReviewer extends ComplianceReviewer {
  static readonly model = 'local-rules@1';
  private readonly disclaimer: string;
  private readonly allowed: readonly string[];

  constructor(options: { disclaimer?: string; allowedDomains?: readonly string[] } = {}) {
    super();
    this.disclaimer = options.disclaimer ?? MILLBROOK.disclaimer;
    this.allowed = options.allowedDomains ?? ['millbrook.example'];
  }

  async review(reply: string, { signal }: CallOptions): Promise<ComplianceReview> {
    signal.throwIfAborted();
    const findings = this.findingsIn(reply);
    return { ok: findings.length === 0, findings, model: RuleComplianceReviewer.model };
  }

  private findingsIn(reply: string): ComplianceFinding[] {
    const leaks = personalDataIn(reply).filter(
      ({ kind, value }) => kind !== 'email' || !this.allowed.some((domain) => value.endsWith(`@${domain}`)),
    );
    const kinds = [...new Set(leaks.map(({ kind }) => kind))];
    const checks: (ComplianceFinding | false)[] = [
      PROMISES.test(reply) && { rule: 'promise', explanation: 'The reply promises money or an outcome.' },
      kinds.length > 0 && {
        rule: 'personal-data',
        explanation: `The reply repeats personal data: ${kinds.join(', ')}.`,
      },
      !squeezed(reply).includes(squeezed(this.disclaimer)) && {
        rule: 'disclaimer',
        explanation: 'The disclaimer is missing.',
      },
      ADVICE.test(reply) && { rule: 'advice', explanation: 'The reply gives financial advice.' },
      RUDE.test(reply) && { rule: 'tone', explanation: 'The tone is not fit for a customer.' },
    ];
    return checks.filter((finding) => finding !== false);
  }
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}
