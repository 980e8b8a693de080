// All stages of the constructs' pipelines, in a process of their own.
import { followCancellations, followPlans, serve } from '@millrace/service';
import { startStage } from '@millrace/stage';
import { z } from 'zod';
import { STAGES } from './stages.js';

await serve(
  'constructs',
  async (house) => {
    const plans = await followPlans(house);
    const cancellations = await followCancellations(house);
    const running = await Promise.all(STAGES.map((stage) => startStage(house, stage, { plans, cancellations })));
    return {
      async ready() {
        for (const one of running) {
          const ready = await one.ready();
          if (ready !== true) return ready;
        }
        return true;
      },
      async drain(ms) {
        await Promise.all(running.map((one) => one.drain(ms)));
        await plans[Symbol.asyncDispose]();
        await cancellations[Symbol.asyncDispose]();
      },
    };
  },
  { config: z.object({}) },
);
