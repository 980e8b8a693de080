// `npm run lists -- [--runs 1000000] [--times 100] [--limit 50] [--explain]`: fills a PostgreSQL with runs, and what each list costs then.
import { parseArgs } from 'node:util';
import { onServers } from './on-servers.mjs';
import { lists } from './dist/lists.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '100' },
    limit: { type: 'string', default: '50' },
    explain: { type: 'boolean', default: false },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} is "${values[name]}": expected a whole number above 0.`);
  process.exit(2);
};
const options = { runs: number('runs'), times: number('times'), limit: number('limit'), explain: values.explain };
await onServers(() => lists(options));
