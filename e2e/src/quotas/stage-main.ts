import { Llm } from '@millrace/ai';
import { type Handles, type In, type Out, serveStage, Stage, type StageRun } from '@millrace/stage';
import { z } from 'zod';
import { ask } from './pipelines.js';

const Said = z.object({ said: z.string() });
const models = new Map<string, Llm>();

function modelAt(url: string, streamed: boolean): Llm {
  const key = `${url} ${streamed}`;
  const model = models.get(key) ?? new Llm({ provider: 'openai-compatible', url, model: 'small', streamed });
  models.set(key, model);
  return model;
}

@Stage(ask)
class AskStage implements Handles<typeof ask> {
  async handle({ url, text, calls, streamed }: In<typeof ask>, run: StageRun): Promise<Out<typeof ask>> {
    const said: string[] = [];
    for (let call = 1; call <= calls; call++) {
      const data = calls === 1 ? text : `${text}, call ${call}`;
      const question = { task: 'ask', instructions: 'Say something.', data, schema: Said, maxTokens: 128 };
      said.push((await modelAt(url, streamed).ask(question, run)).said);
    }
    return { said };
  }
}

await serveStage(AskStage);
