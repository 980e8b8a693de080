// `npm run quotas -- [--runs 2000] [--requests 600] [--tokens 100000] [--seconds 60] [--kill]`: calls of four processes against a
// provider with limits, and a budget over a hundred runs at once.
import { parseArgs } from 'node:util';
import setup, { teardown } from './setup.mjs';
import { quotas } from './dist/quotas/quotas.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    requests: { type: 'string', default: '600' },
    tokens: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '60' },
    kill: { type: 'boolean', default: false },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} is "${values[name]}": expected a whole number above 0.`);
  process.exit(2);
};
const options = {
  runs: number('runs'),
  limits: { requests: number('requests'), tokens: number('tokens'), perMs: number('seconds') * 1_000 },
  kills: values.kill,
};
await setup();
try {
  await quotas(options);
} finally {
  await teardown();
}
