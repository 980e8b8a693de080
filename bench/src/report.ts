import type { BenchMachine } from './machine.js';
import { type BenchOutcome, ratiosOf } from './outcome.js';

const COLUMNS: readonly (readonly [title: string, cell: (outcome: BenchOutcome) => string])[] = [
  ['system', (outcome) => outcome.system],
  ['runs/s', (outcome) => number(outcome.runsPerSecond)],
  ['slowest – fastest round', (outcome) => outcome.runsPerSecondRange?.map(number).join(' – ') ?? ''],
  ['runs', (outcome) => number(outcome.runs)],
  ['p50 ms', (outcome) => outcome.p50Ms.toFixed(1)],
  ['p95 ms', (outcome) => outcome.p95Ms.toFixed(1)],
  ['p99 ms', (outcome) => outcome.p99Ms.toFixed(1)],
  ['over ideal', (outcome) => outcome.overIdeal?.toFixed(2) ?? ''],
  ['µs an item', (outcome) => number(outcome.microsecondsPerItem && Math.round(outcome.microsecondsPerItem))],
  ['repeated', (outcome) => number(outcome.repeated)],
  ['processes', (outcome) => outcome.processes],
];

/** For people: a table for each work, what it was measured on, and the ratios. */
export function markdown(outcomes: readonly BenchOutcome[], machine: BenchMachine): string {
  const { cpu, cores, memoryGb, date, versions, loadBefore } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const works = [...new Set(outcomes.map(({ work }) => work))];
  return [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGb} GB; ${named.join(', ')}.`,
    `Load average before: ${loadBefore.toFixed(1)} on ${cores} cores (the more, the less the absolute figures mean).`,
    ...works.flatMap((work) => ['', ...section(outcomes.filter((one) => one.work === work))]),
    ...ratios(outcomes),
    '',
    'Absolute figures depend on the machine and on what else it does; the systems took turns on it, so ratios mean more.',
    'Client, system and servers share it. Every result is checked to have come, and how often.',
    '',
  ].join('\n');
}

function section(outcomes: readonly BenchOutcome[]): readonly string[] {
  const [first] = outcomes;
  if (!first) return [];
  const columns = COLUMNS.filter(([, cell]) => outcomes.some((one) => cell(one) !== ''));
  const batch = first.runs === undefined ? '' : '`runs` runs at once, and ';
  return [
    `### ${first.work}`,
    '',
    `${batch}${first.samples} single runs one after the other; medians of ${rounds(first.rounds)}.`,
    '',
    ...table(
      columns.map(([title]) => title),
      outcomes.map((one) => columns.map(([, cell]) => cell(one))),
    ),
    ...costs(outcomes),
  ];
}

/** The processor time and memory of each process, where runs were asked for at once. */
function costs(outcomes: readonly BenchOutcome[]): readonly string[] {
  const rows = outcomes.flatMap(({ system, used }) => [
    ...used.map(({ name, cpuMicroseconds, memoryMb }) => [system, name, number(cpuMicroseconds), number(memoryMb)]),
    ...(used.length > 1
      ? [
          [
            system,
            'together',
            number(sum(used.map((one) => one.cpuMicroseconds))),
            number(sum(used.map((one) => one.memoryMb))),
          ],
        ]
      : []),
  ]);
  if (rows.length === 0) return [];
  return [
    '',
    'What a run costs at saturation:',
    '',
    ...table(['system', 'process', 'CPU µs a run', 'memory MB'], rows),
  ];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function ratios(outcomes: readonly BenchOutcome[]): readonly string[] {
  const rows = ratiosOf(outcomes).map(({ work, ours, other, runsPerSecond, p50 }) => [
    work,
    `${ours} / ${other}`,
    runsPerSecond.toFixed(2),
    p50.toFixed(2),
  ]);
  if (rows.length === 0) return [];
  return ['', '### Ratios', '', ...table(['work', '', 'runs/s (more is better)', 'p50 (less is better)'], rows)];
}

/** Lines of a Markdown table. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)];
}

const rounds = (n: number): string => (n === 1 ? '1 round' : `${n} rounds`);

const number = (value: number | undefined): string => value?.toLocaleString('en') ?? '';
