import { EntityExtractor } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { extract } from './contract.js';

@Stage(extract)
export class ExtractStage implements Handles<typeof extract> {
  constructor(private readonly extractor: EntityExtractor) {}

  async handle({ subject, text, date }: In<typeof extract>, run: StageRun): Promise<Out<typeof extract>> {
    const {
      usage: _,
      insteadOf,
      ...extraction
    } = await this.extractor.extract({ text: `${subject}\n${text}`.trim(), at: instantOf(date) ?? new Date() }, run);
    return { ...extraction, ...(insteadOf && { fallback: insteadOf.code }) };
  }
}

function instantOf(date: string | undefined): Date | undefined {
  const at = new Date(date ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
