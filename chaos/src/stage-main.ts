// One or several stages of the order pipeline as a service: `stage-main.js open` or `stage-main.js open,insure`.
import { serve } from '@millrace/runtime';
import { startStages } from '@millrace/stage';
import { StageMainConfig } from './config.js';
import { BankAddress, STAGES } from './stages.js';

const names = (process.argv[2] ?? '').split(',');

await serve(
  names.join('-'),
  async (installation, { BANK_URL }) => {
    const bank = { provide: BankAddress, useValue: new BankAddress(BANK_URL) };
    return startStages(
      installation,
      names.map((name) => {
        const stage = STAGES[name];
        if (!stage) throw new Error(`There is no stage ${name}: it is one of ${Object.keys(STAGES).join(', ')}.`);
        return { stage, providers: [bank] };
      }),
    );
  },
  { config: StageMainConfig },
);
