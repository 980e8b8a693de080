import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chart } from './chart.js';
import type { Entry } from './history.js';
import { historyChart } from './history-chart.js';
import type { BenchMachine } from './machine.js';
import type { BenchOutcome } from './outcome.js';
import { markdown, table } from './report.js';
import { SYSTEMS } from './systems/all.js';
import { PAYLOAD_BYTES } from './works.js';

const CHARTED = ['seven-steps', 'three-steps'];

/** The figures of a page. */
export interface Figures {
  readonly outcomes: readonly BenchOutcome[];
  readonly machine: BenchMachine;
  /** Earlier measurements, oldest first. */
  readonly history: readonly Entry[];
}

/** Writes the page of figures, and its charts into `images` beside it. */
export async function writePage(file: string, { outcomes, machine, history }: Figures): Promise<void> {
  const images = join(dirname(file), 'images');
  await mkdir(images, { recursive: true });
  const charts: string[] = [];
  for (const work of CHARTED) {
    const those = outcomes.filter((one) => one.work === work);
    if (those.length === 0) continue;
    const name = `bench-${work}.svg`;
    await writeFile(join(images, name), chart(those));
    charts.push(`![${work}: runs a second, and the time of one run](images/${name})`, '');
  }
  const drawn = historyChart(history);
  if (drawn !== undefined) await writeFile(join(images, 'bench-history.svg'), drawn);
  const past = drawn === undefined ? [] : HISTORY;
  await writeFile(file, [...HEAD, ...charts, markdown(outcomes, machine), ...past, ...systems(outcomes)].join('\n'));
}

const HEAD = [
  '# Benchmarks',
  '',
  '`npm run bench` measures Millrace and its alternatives on your machine, and prints these tables.',
  '`npm run bench -- --history bench/history/figures.jsonl --page docs/explanation/benchmarks.md` writes this page.',
  '',
  `Each run carries ${PAYLOAD_BYTES} bytes, and so does each step's result. Steps of \`seven-steps\` and \`three-steps\` do`,
  'nothing and follow one another, so the figures show the cost of the system itself. The steps of `parallel-64` wait for 200 ms,',
  'all at once; `over ideal` is the duration of a run as a multiple of those 200 ms. A run of `map-100` and so on makes a list of numbers in',
  'its first step and does nothing for each number. Single runs are timed on an idle system.',
  '',
];

const HISTORY = [
  '',
  '## Over time',
  '',
  '![Processor time of a run, commit by commit](images/bench-history.svg)',
  '',
  'Each whole measurement adds a line to `bench/history/figures.jsonl`. Every change is also compared with the commit before it:',
  '`npm run bench:compare` fails where a run takes 15 % more processor time.',
  '',
];

/** Describes each system, so that a reader can judge whether the comparison is fair. */
function systems(outcomes: readonly BenchOutcome[]): readonly string[] {
  const measured = SYSTEMS.filter(({ name }) => outcomes.some(({ system }) => system === name));
  return [
    '## What was measured',
    '',
    ...table(
      ['system', 'processes', 'runs are kept in', 'a step that follows another is'],
      measured.map(({ name, processes, store, step }) => [name, processes, store, step]),
    ),
    '',
    'The benchmark starts all servers on this machine, empty. Each measurement has its own process, names',
    'and database; a system with its own server gets a new server each time. Ten single runs (two of a map) and a fifth of the',
    'batch are run before anything is measured. Slower systems get fewer runs at saturation (`runs`).',
    '',
    ...NOTES.flatMap((note) => [`- ${note}`]),
    '',
  ];
}

/** Choices that were made for a system, each for its benefit. */
const NOTES = [
  'Restate, DBOS and Temporal do all steps of a run in one handler or workflow, as their documentation does it, whereas Millrace hands each run from service to service. Calls between seven services would cost them more.',
  'BullMQ stores the progress of a job after each step, the pattern "process step jobs" of its documentation. A flow of seven queues, which BullMQ has too, reached about a fifth of that rate in a trial.',
  'Kafka confirms before data is on the disk, by default: it relies on replicas, of which there are none here. So does Redis, for up to a second. The embedded log, SQLite, PostgreSQL and Restate sync each commit.',
  'LangGraph has no queue and no worker of its own: a run whose process ends waits until its thread is invoked again.',
  'A map over 10,000 items is not measured for Restate, DBOS, LangGraph and Temporal: with the first three a run took more than the minute after which the benchmark gives up, in a trial on two busy cores.',
  "Temporal's own server for development is not what its documentation recommends for production: these figures say nothing about a Temporal cluster.",
];
