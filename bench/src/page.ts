import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chart } from './chart.js';
import type { BenchMachine } from './machine.js';
import type { BenchOutcome } from './outcome.js';
import { markdown, table } from './report.js';
import { SYSTEMS } from './systems/all.js';
import { PAYLOAD_BYTES } from './works.js';

const CHARTED = ['seven-steps', 'three-steps'];

/** Writes the page of figures, and its charts into `images` beside it. */
export async function writePage(file: string, outcomes: readonly BenchOutcome[], machine: BenchMachine): Promise<void> {
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
  await writeFile(file, [...HEAD, ...charts, markdown(outcomes, machine), ...systems(outcomes)].join('\n'));
}

const HEAD = [
  '# Benchmarks',
  '',
  '`npm run bench` measures Millrace beside what else one would take, on your machine, and prints these tables. This page',
  'is written by `npm run bench -- --page docs/explanation/benchmarks.md`.',
  '',
  `Each run carries ${PAYLOAD_BYTES} bytes, and so does each step's result. Steps of \`seven-steps\` and \`three-steps\` do`,
  'nothing and follow one another: what is left is what the system itself costs. Those of `parallel-64` wait for 200 ms,',
  'all at once; `over ideal` is how often those 200 ms a run takes. A run of `map-100` and so on makes a list of numbers in',
  'its first step and does nothing for each of them. Times of single runs are taken on an idle system.',
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
    'All servers are started by the benchmark, on this machine, with nothing in them. Each measurement has a process, names',
    'and a database of its own; those that bring their own server get a new one each time. Before figures are taken, ten',
    'single runs (two of a map) and a fifth of the batch go through. Slower systems are asked for fewer runs at saturation (`runs`).',
    '',
    ...NOTES.flatMap((note) => [`- ${note}`]),
    '',
  ];
}

/** Choices that were made for a system, each for its benefit. */
const NOTES = [
  'Restate, DBOS and Temporal do all steps of a run in one handler or workflow, as their documentation does it, where Millrace hands each run from service to service. Calls between seven services would cost them more.',
  'BullMQ keeps how far a job is after each step, the pattern "process step jobs" of its documentation. A flow of seven queues, which it has too, was about a fifth as fast when tried.',
  'Kafka answers before its disk does, which is its default and counts on replicas, of which there are none here; so does Redis, for up to a second, and PGlite, always. The embedded log, PostgreSQL and Restate sync each commit.',
  'LangGraph has no queue and no worker of its own: a run whose process ends waits until somebody invokes its thread again.',
  'A map over 10,000 items is not asked of Restate, DBOS, LangGraph and Temporal: with the first three a run of it took more than the minute after which the benchmark gives up, when tried on two cores that did other work too.',
  "Temporal's own server for development is not what its documentation recommends for production.",
];
