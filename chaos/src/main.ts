import { experiment } from './experiment.js';
import { UsageError } from '@millrace/runtime';
import { HELP, optionsOf } from './options.js';
import { report } from './report.js';

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { help, seed: seeds, minutes, ...options } = optionsOf(process.argv.slice(2));
  if (help) {
    say(HELP);
    return 0;
  }
  const bad: number[] = [];
  for (const seed of seeds) {
    const outcome = await experiment({ ...options, seed, spanMs: minutes * 60_000, say });
    say(report(seed, outcome) + '\n');
    if (outcome.violations.length > 0) bad.push(seed);
  }
  if (seeds.length > 1)
    say(`${seeds.length} seeds: ${bad.length === 0 ? 'no violations' : `violations with ${bad.join(', ')}`}`);
  return bad.length === 0 ? 0 : 1;
}

// What was started ends with us, also when we are told to end, or whoever started us is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => process.exit(130));

try {
  const status = await main();
  // Listening for the end of whoever started us would keep us here.
  process.exit(status);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}\n`);
  process.exit(2);
}
