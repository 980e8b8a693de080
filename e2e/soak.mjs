// `npm run soak -- [--minutes 10] [--warm-up 3] [--rate 20]`: steady load on Kafka and PostgreSQL, and the memory of each service.
import { parseArgs } from 'node:util';
import { onServers } from './on-servers.mjs';
import { soak } from './dist/soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '3' },
    rate: { type: 'string', default: '20' },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (value > 0) return value;
  console.error(`--${name} is "${values[name]}": expected a number above 0.`);
  process.exit(2);
};
const options = { minutes: number('minutes'), warmUpMinutes: number('warm-up'), rate: number('rate') };
await onServers(() => soak(options));
