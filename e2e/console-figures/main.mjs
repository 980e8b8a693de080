// `npm run console:figures -- [--runs 100000] [--items 10000]`: fills a standalone installation with many runs, a run of 1,000 steps and a
// large map, and prints how long the console takes with them, with the load of the machine. Needs Debian's chromium.
import { parseArgs } from 'node:util';
import { consoleFigures } from '../dist/console/figures.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, items: { type: 'string', default: '10000' } },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} is "${values[name]}": expected a whole number above 0.`);
  process.exit(2);
};
await consoleFigures({ runs: number('runs'), items: number('items') });
