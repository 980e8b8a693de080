import { ComplianceReviewer } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { comply } from './contract.js';
import { factsOf } from './facts.js';
import { Rulebook, type RuleViolation } from './rulebook.js';

/** The rules always decide; a model can only find more. */
@Stage(comply)
export class ComplyStage implements Handles<typeof comply> {
  constructor(
    private readonly rules: Rulebook,
    private readonly reviewer: ComplianceReviewer,
  ) {}

  async handle(draft: In<typeof comply>, run: StageRun): Promise<Out<typeof comply>> {
    const { findings, insteadOf } = await this.reviewer.review(draft.text, run);
    const found = findings.map(({ rule, explanation }): RuleViolation => {
      return { rule: `model-${rule}`, severity: 'error', message: explanation };
    });
    const violations = [...this.rules.violations(factsOf(draft)), ...found];
    return {
      ok: !violations.some(({ severity }) => severity === 'error'),
      violations,
      ...(insteadOf && { fallback: insteadOf.code }),
    };
  }
}
