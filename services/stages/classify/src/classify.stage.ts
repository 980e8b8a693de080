import { Classifier, UrgencyTable } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { classify } from './contract.js';

@Stage(classify)
export class ClassifyStage implements Handles<typeof classify> {
  constructor(
    private readonly classifier: Classifier,
    private readonly table: UrgencyTable,
  ) {}

  async handle({ subject, text }: In<typeof classify>, run: StageRun): Promise<Out<typeof classify>> {
    const message = `${subject}\n${text}`.trim();
    const { label, confidence, alternatives, model, insteadOf } = await this.classifier.classify(message, run);
    return {
      intent: label,
      urgency: this.table.urgencyOf(label, message),
      confidence,
      alternatives: alternatives.map(({ label: intent, confidence }) => ({ intent, confidence })),
      model,
      ...(insteadOf && { fallback: insteadOf.code }),
    };
  }
}
