// One or several stages of the order pipeline as a service: `stage-main.js open` or `stage-main.js open,insure`.
import { followCancellations, followPlans, serve } from '@millrace/service';
import { startStage } from '@millrace/stage';
import { StageMainConfig } from './config.js';
import { BankAddress, STAGES } from './stages.js';

const names = (process.argv[2] ?? '').split(',');

await serve(
  names.join('-'),
  async (house, { BANK_URL }) => {
    const plans = await followPlans(house);
    const cancellations = await followCancellations(house);
    const bank = { provide: BankAddress, useValue: new BankAddress(BANK_URL) };
    const running = await Promise.all(
      names.map((name) => {
        const stage = STAGES[name];
        if (!stage) throw new Error(`There is no stage ${name}: it is one of ${Object.keys(STAGES).join(', ')}.`);
        return startStage(house, stage, { plans, cancellations, providers: [bank] });
      }),
    );
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
  { config: StageMainConfig },
);
