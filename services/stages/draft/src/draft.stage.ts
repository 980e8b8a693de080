import { Drafter } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { draft } from './contract.js';

@Stage(draft)
export class DraftStage implements Handles<typeof draft> {
  constructor(private readonly drafter: Drafter) {}

  async handle(given: In<typeof draft>, run: StageRun): Promise<Out<typeof draft>> {
    const { customerName, dates, amounts, ...request } = given;
    const entities = { ...(customerName !== undefined && { customerName }), dates, amounts };
    const { text, citations, grounded, missing, model } = await this.drafter.draft({ ...request, entities }, run);
    return { text, citations, grounded, missing, model };
  }
}
