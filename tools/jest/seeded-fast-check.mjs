// What specs get as `fast-check`: every property draws its cases from one seed, so a test gives the same verdict each time.
// A failure prints the seed. `npm run test:explore` sets others, and `MILLRACE_SEED=… npm test -- <file>` repeats its finding.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const seed = Number(process.env.MILLRACE_SEED ?? 20_261_129);
if (!Number.isSafeInteger(seed))
  throw new Error(`MILLRACE_SEED is "${process.env.MILLRACE_SEED}": expected a whole number, e.g. 1.`);
fc.configureGlobal({ seed });

export * from '../../node_modules/fast-check/lib/fast-check.js';
export default fc;
