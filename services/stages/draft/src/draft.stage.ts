import { Drafter, withoutCitations } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { draft } from './contract.js';

@Stage(draft)
export class DraftStage implements Handles<typeof draft> {
  constructor(private readonly drafter: Drafter) {}

  async handle(given: In<typeof draft>, run: StageRun): Promise<Out<typeof draft>> {
    const { customerName, dates, amounts, ...request } = given;
    const entities = { ...(customerName !== undefined && { customerName }), dates, amounts };
    const { text, citations, grounded, missing, model, insteadOf } = await this.drafter.draft(
      { ...request, entities },
      run,
    );
    return {
      text: withoutCitations(text),
      cited: text,
      citations,
      grounded,
      missing,
      model,
      ...(insteadOf && { fallback: insteadOf.code }),
    };
  }
}
