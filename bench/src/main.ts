import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { historyIn, remember } from './history.js';
import { thisMachine } from './machine.js';
import { UsageError } from '@millrace/runtime';
import { HELP, type Options, optionsOf } from './options.js';
import { Measured } from './outcome.js';
import { writePage } from './page.js';
import { markdown } from './report.js';
import { measureAll } from './rounds.js';
import { buildPrograms, installPackages, missing } from './peers.js';
import { BenchServers } from './servers.js';
import { SYSTEMS } from './systems/all.js';

const log = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

class Interrupted extends Error {}

/** Aborted when somebody wants us to end. npm and our launcher pass the terminal's signal on too, so it comes more than once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => controller.abort(new Interrupted(`ended by ${name}`)));
  return controller.signal;
}

/** Those of the chosen systems that can run here, with all they need. */
function ready(chosen: Options['systems']): Options['systems'] {
  const systems = chosen.filter((system) => {
    const why = missing(system);
    if (why !== undefined) log(`${system.name} is left out: ${why}`);
    return why === undefined;
  });
  buildPrograms(systems, log);
  installPackages(systems, log);
  return systems;
}

/** Measures, or reads what was. */
async function outcomesFor(options: Options): Promise<Measured> {
  if (options.from !== undefined) return Measured.parse(JSON.parse(await readFile(options.from, 'utf8')));
  const systems = ready(options.systems);
  const signal = interruption();
  const cpuProfiles = options['cpu-profiles'] === undefined ? undefined : resolve(options['cpu-profiles']);
  if (cpuProfiles !== undefined) await mkdir(cpuProfiles, { recursive: true });
  const needs = new Set(systems.flatMap((system) => system.needs));
  await using servers = await BenchServers.start({ needs, cpuProfiles, log });
  const machine = await thisMachine(servers, systems);
  const outcomes = await measureAll({ options: { ...options, systems }, servers, signal, log });
  return outcomes.map((one) => ({ ...one, machine }));
}

async function bench(options: Options): Promise<number> {
  const outcomes = await outcomesFor(options);
  const [first] = outcomes;
  if (!first) throw new UsageError('Nothing of what was chosen can be measured.');
  const report = markdown(outcomes, first.machine);
  process.stdout.write(report);
  if (options.markdown !== undefined) await writeFile(options.markdown, report);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(outcomes, null, 2)}\n`);
  const { history, from, page } = options;
  if (history !== undefined && from === undefined) await remember(history, outcomes, first.machine);
  const entries = history === undefined ? [] : await historyIn(history);
  if (page !== undefined) await writePage(page, { outcomes, machine: first.machine, history: entries });
  const broken = outcomes.filter(
    ({ system, repeated }) => repeated > 0 && SYSTEMS.some((one) => one.name === system && one.exactlyOnce),
  );
  for (const { system, work, repeated } of broken)
    log(`${system} at ${work} gave ${repeated} results more than once, which it promises not to`);
  return broken.length > 0 ? 1 : 0;
}

try {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) process.stdout.write(`${HELP}\n`);
  process.exitCode = options.help ? 0 : await bench(options);
} catch (error) {
  if (error instanceof Interrupted) log(error.message);
  else if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${HELP}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : error instanceof UsageError ? 2 : 1;
}
process.exit();
