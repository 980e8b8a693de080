// `npm run queued -- [--runs 20000] [--bytes 1000]`: many runs that wait for their stage, and the coordinator's memory.
import { parseArgs } from 'node:util';
import { onServers } from './on-servers.mjs';
import { queued } from './dist/queued.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, bytes: { type: 'string', default: '1000' } },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} is "${values[name]}": expected a whole number above 0.`);
  process.exit(2);
};
const options = { runs: number('runs'), bytes: number('bytes') };
await onServers(() => queued(options));
