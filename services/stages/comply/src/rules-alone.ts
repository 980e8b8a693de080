import { ComplianceReviewer, type ComplianceReview } from '@millrace/ai';

/** Adds nothing to what the rules find: the reviewer where there is no model, or none that answers. */
export class RulesAlone extends ComplianceReviewer {
  async review(): Promise<ComplianceReview> {
    return { ok: true, findings: [], model: 'rules-alone' };
  }
}
