// Random tests with new seeds. A finding is printed with the command that repeats it; it never fails, for a finding by chance
// must not keep anybody's change out. `npm run test:explore -- --help` says how.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `npm run test:explore                         every random test, once more with a seed that was not tried
  -- --rounds 10                             with ten seeds
  -- --seed 7                                with this seed, the next round with the next
  -- simulation libs/saga                    only the test files whose path contains one of these

Findings are printed with the command that repeats them; the exit code is 0 all the same.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '1' }, seed: { type: 'string' }, help: { type: 'boolean' } },
});
const [rounds, first] = [Number(values.rounds), Number(values.seed ?? randomInt(2 ** 31))];
if (values.help || !Number.isInteger(rounds) || !Number.isInteger(first)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = (args, options) =>
  spawnSync(process.execPath, [join(root, 'scripts/jest.mjs'), 'unit', ...args], { cwd: root, ...options });

/** Test files that use fast-check, also by way of other files. */
function randomTests() {
  const { stdout } = jest(['--listTests', '--findRelatedTests', 'tools/jest/seeded-fast-check.mjs'], {
    encoding: 'utf8',
  });
  const files = stdout.split('\n').filter((line) => line.endsWith('.spec.ts'));
  return files
    .map((file) => relative(root, file))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
}

/** Returns the test files that fail with `seed`; why is on standard error, by Jest. */
function failing(files, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-explore-'));
  try {
    const report = join(folder, 'report.json');
    jest([...files, '--json', `--outputFile=${report}`], {
      env: { ...process.env, MILLRACE_SEED: String(seed) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(root, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const files = randomTests();
if (files.length === 0) console.log(`No random test has a path that contains ${positionals.join(' or ')}.`);
const findings = [];
for (let round = 0; files.length > 0 && round < rounds; round++) {
  const seed = first + round;
  console.log(`Round ${round + 1} of ${rounds}: ${files.length} test files, seed ${seed}`);
  findings.push(...failing(files, seed).map((file) => `MILLRACE_SEED=${seed} npm test -- ${file}`));
}
console.log(findings.length === 0 ? 'Nothing was found.' : ['Found, and repeated by:', ...findings].join('\n  '));
