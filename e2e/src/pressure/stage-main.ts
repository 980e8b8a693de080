import { setTimeout as sleep } from 'node:timers/promises';
import { type Handles, type In, type Out, serveStage, Stage } from '@millrace/stage';
import { work } from './pipelines.js';

@Stage(work)
class WorkStage implements Handles<typeof work> {
  async handle({ ms, give }: In<typeof work>): Promise<Out<typeof work>> {
    // One that never ends does not heed its deadline either.
    if (ms < 0) await new Promise(() => undefined);
    if (ms > 0) await sleep(ms);
    return { text: 'x'.repeat(give) };
  }
}

await serveStage(WorkStage);
