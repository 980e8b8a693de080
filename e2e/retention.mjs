// `npm run retention -- [--runs 300000] [--seconds 60]`: removes old runs from a PostgreSQL while new ones come in, and says what lists cost without and with it.
import { parseArgs } from 'node:util';
import setup, { teardown } from './setup.mjs';
import { retention } from './dist/retention.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '300000' }, seconds: { type: 'string', default: '60' } },
});
await setup();
try {
  await retention({ runs: Number(values.runs), seconds: Number(values.seconds) });
} finally {
  await teardown();
}
