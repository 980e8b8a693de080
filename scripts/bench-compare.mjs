// `npm run bench:compare -- [--with REVISION] [--rounds 4] [--limit 1.15]`: compares the processor time that a run takes with
// another revision's, on this machine, in turns. Fails where it takes more than `--limit` times as much.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    with: { type: 'string', default: 'HEAD~1' },
    rounds: { type: 'string', default: '4' },
    limit: { type: 'string', default: '1.15' },
  },
});
const RUNS = 4_000;
/** The embedded path always; Kafka's where servers are given, because starting them for each round would take minutes. */
const systems = [
  'millrace-embedded',
  ...(process.env.KAFKA_BROKERS && process.env.DATABASE_URL ? ['millrace-kafka'] : []),
];

const git = (...args) =>
  execFileSync('git', args, { cwd: root, maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });

/** The commit to compare with; undefined where this is no checkout with a history, or the lock file has changed since. */
function base() {
  try {
    const commit = git('rev-parse', '--verify', `${values.with}^{commit}`).toString().trim();
    const changed = git('diff', '--name-only', commit, '--', 'package-lock.json').toString();
    return changed === '' ? commit : undefined;
  } catch {
    return undefined;
  }
}

/** Links everything in `from` at `to`, so that packages of this repository are the ones beside `to`. */
function linkPackages(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (name === '.cache') continue;
    if (name.startsWith('@')) linkPackages(source, target);
    else symlinkSync(lstatSync(source).isSymbolicLink() ? readlinkSync(source) : source, target);
  }
}

function checkOut(commit, folder) {
  const packed = git('archive', commit);
  execFileSync('tar', ['-x', '-C', folder], { input: packed, maxBuffer: 2 ** 30 });
  for (const modules of ['node_modules', ...nested()]) linkPackages(join(root, modules), join(folder, modules));
  run(folder, ['scripts/node.mjs', 'scripts/build.mjs']);
}

/** Checks the commit out; false where it does not build: that is no fault of the change. */
function builds(commit, folder) {
  try {
    checkOut(commit, folder);
    return true;
  } catch (error) {
    console.log(`${commit.slice(0, 7)} does not build, so there is nothing to compare with: ${error.message}`);
    return false;
  }
}

const nested = () =>
  ['libs', 'services', 'packages', 'pipelines'].flatMap((group) =>
    read(join(root, group)).flatMap((name) => {
      const modules = join(group, name, 'node_modules');
      return read(join(root, modules)).length > 0 ? [modules] : [];
    }),
  );

function read(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function run(folder, args) {
  const { status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed in ${folder}:\n${stdout}\n${stderr}`);
}

/** Microseconds of processor time that a run takes, of all processes that were measured. */
function measure(folder, system, file) {
  const chosen = [
    '--systems',
    system,
    '--works',
    'seven-steps',
    '--rounds',
    '1',
    '--runs',
    String(RUNS),
    '--json',
    file,
  ];
  run(folder, ['scripts/node.mjs', 'bench/dist/main.js', ...chosen]);
  const [{ used }] = JSON.parse(readFileSync(file, 'utf8'));
  return used.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0);
}

/** Measures in turns, and where it looks bad up to three times as often: what else the machine does must not fail a change. */
function compare(system, { commit, folder }) {
  const taken = { here: [], there: [] };
  const places = [
    ['here', root],
    ['there', folder],
  ];
  const [rounds, limit] = [Number(values.rounds), Number(values.limit)];
  let times = 0;
  for (let round = 0; round < rounds || (times > limit && round < 3 * rounds); round++) {
    for (const [name, at] of round % 2 === 0 ? places : places.toReversed())
      taken[name].push(measure(at, system, join(folder, 'figures.json')));
    // The least, because what else the machine does only ever adds to it.
    times = Math.min(...taken.here) / Math.min(...taken.there);
  }
  console.log(
    `${system}: ${Math.min(...taken.here)} µs of processor time a run; ${Math.min(...taken.there)} µs at ${commit.slice(0, 7)}: ` +
      `${times.toFixed(2)} times as much (rounds here ${taken.here.join(', ')}; there ${taken.there.join(', ')})`,
  );
  return times;
}

const commit = base();
if (commit === undefined) {
  console.log(`${values.with} is no commit here, or has other packages: there is nothing to compare with.`);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'millrace-compare-'));
try {
  const isBuilt = builds(commit, folder);
  let worst = 0;
  for (const system of isBuilt ? systems : []) worst = Math.max(worst, compare(system, { commit, folder }));
  if (worst > Number(values.limit)) {
    console.error(
      `That is more than ${values.limit} times as much. Look for it with \`npm run bench -- --cpu-profiles DIR\`.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
