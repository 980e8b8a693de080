import { Retriever } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { retrieve } from './contract.js';

@Stage(retrieve)
export class RetrieveStage implements Handles<typeof retrieve> {
  constructor(private readonly retriever: Retriever) {}

  async handle({ subject, text, intent, product }: In<typeof retrieve>, run: StageRun): Promise<Out<typeof retrieve>> {
    const query = `${subject}\n${text}`.trim();
    return { articles: await this.retriever.retrieve(query, { signal: run.signal, intent, product }) };
  }
}
