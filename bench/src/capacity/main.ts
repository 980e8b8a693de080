import { readFile } from 'node:fs/promises';
import { flag, readOptions, UsageError, wholeNumber } from '@millrace/runtime';
import { z } from 'zod';
import { BenchOutcome } from '../outcome.js';
import { table } from '../report.js';
import { type Cost, type Each, PROGRAMS } from './costs.js';
import { needsOf, PARTITIONS_PER_PROCESS, REPLICAS } from './needs.js';
import { rateOf } from './rate.js';
import { coresGot, costsFrom, isCalibrating, type Reading, readingsOf, totalOf } from './readings.js';
import { simulate } from './simulate.js';

const HELP = `npm run capacity                predicts what other numbers of partitions, processes and cores can do
  --from FILE,FILE        outcomes that npm run bench -- --vary … --json has written (bench/capacity/measured.json)
  --payload N             bytes of each run's input and of each step's result (400)
  --load N                percent of its time that a core is busy (70)

Costs are taken from partitions=1, partitions=16, processes=2 and payload=200000 of seven-steps on Kafka; all other measurements are
predicted and compared.`;

const MEASURED = new URL('../../capacity/measured.json', import.meta.url);
/** The measurement whose single runs stand for all. */
const USUAL = 'partitions=4';
const RATES = [1_000, 10_000, 100_000];

const Options = z.object({
  from: z
    .string()
    .transform((text) => text.split(','))
    .optional(),
  payload: wholeNumber(400),
  load: wholeNumber(70),
  help: flag(),
});

const Outcomes = z.array(BenchOutcome);
/** The file of measurements. `volume` is that of a run of seven steps: docs/explanation/capacity.md says how it was measured. */
const Measured = z.object({
  volume: z.object({ commits: z.number(), walBytes: z.number(), kafkaBytes: z.number() }),
  outcomes: Outcomes,
});

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toPrecision(3)} MB`;
const percent = (predicted: number, measured: number): string =>
  `${predicted >= measured ? '+' : ''}${Math.round((predicted / measured - 1) * 100)} %`;

/** A line for each measurement: what was measured and what the costs of three of them predict for it. */
function comparison(costs: Each<Cost>, readings: readonly Reading[]): readonly string[] {
  const usual = readings.find(({ variant }) => variant === USUAL);
  const rows = readings.map((reading) => {
    const { runsPerSecond, microseconds } = rateOf(costs, { ...reading.shape, cores: coresGot(reading) });
    const [measured, predicted] = [totalOf(reading.microseconds), totalOf(microseconds)];
    return [
      reading.variant + (isCalibrating(reading) ? ' (costs are taken from it)' : ''),
      coresGot(reading).toFixed(2),
      whole(measured),
      `${whole(predicted)} (${percent(predicted, measured)})`,
      whole(reading.runsPerSecond),
      `${whole(runsPerSecond)} (${percent(runsPerSecond, reading.runsPerSecond)})`,
      whole(reading.p50Ms),
      ...(usual ? [p50Of(costs, reading, usual)] : []),
    ];
  });
  const titles = [
    'measured',
    'cores it got',
    'CPU µs a run',
    'predicted',
    'runs/s',
    'predicted',
    'p50 ms of single runs',
  ];
  return table([...titles, ...(usual ? ['predicted'] : [])], rows);
}

/** A run alone takes as long as in the usual measurement, and its further bytes pass through one program after the other. */
function p50Of(costs: Each<Cost>, { p50Ms, shape }: Reading, usual: Reading): string {
  const longer = shape.payloadBytes - usual.shape.payloadBytes;
  const predicted = usual.p50Ms + (longer * PROGRAMS.reduce((sum, program) => sum + costs[program].perByte, 0)) / 1_000;
  return `${whole(predicted)} (${percent(predicted, p50Ms)})`;
}

function costTable(costs: Each<Cost>): readonly string[] {
  return table(
    ['program', 'µs a run', 'µs times √partitions', 'µs for 1,000 bytes', 'ms for each process that starts'],
    PROGRAMS.map((program) => {
      const { perRun, perRootPartition, perByte, perProcess } = costs[program];
      return [program, whole(perRun), whole(perRootPartition), (perByte * 1_000).toFixed(1), whole(perProcess / 1_000)];
    }),
  );
}

async function capacity({ from, payload, load }: z.output<typeof Options>): Promise<readonly string[]> {
  const own = Measured.parse(JSON.parse(await readFile(MEASURED, 'utf8')));
  const files = await Promise.all(
    (from ?? []).map(async (file) => Outcomes.parse(JSON.parse(await readFile(file, 'utf8')))),
  );
  const readings = readingsOf(from === undefined ? own.outcomes : files.flat());
  const costs = costsFrom(readings);
  const demands = RATES.map((runsPerSecond) => ({ runsPerSecond, payloadBytes: payload, load: load / 100 }));
  const needs = demands.map((demand) => needsOf(costs, own.volume, demand));
  const row = (title: string, cell: (of: (typeof needs)[number]) => string) => [title, ...needs.map(cell)];
  const cell = {
    ...{
      partitions: PARTITIONS_PER_PROCESS,
      processes: 1,
      payloadBytes: payload,
      steps: 7,
      runs: 1_000,
      commitUs: 2_000,
    },
    cores: { coordinator: 1, stages: 1, kafka: 2, postgres: 2, client: 1 },
  };
  const { runsPerSecond, bottleneck } = rateOf(costs, { ...cell, runs: Infinity });
  const simulated = simulate(costs, { ...cell, arrivals: (runsPerSecond * load) / 100 });
  const alone = simulate(costs, { ...cell, runs: 1 });
  return [
    ...comparison(costs, readings),
    '',
    ...costTable(costs),
    '',
    `A coordinator, a process with all stages, and ${PARTITIONS_PER_PROCESS} partitions on cores of their own: ${whole(runsPerSecond)} runs/s at most (${bottleneck}).`,
    `Simulated at ${load} % of that: ${whole(simulated.runsPerSecond)} runs/s, p50 ${(simulated.p50Ms / alone.p50Ms).toFixed(1)} times that of a run alone.`,
    '',
    ...table(
      [`seven steps, ${whole(payload)} bytes, cores ${load} % busy`, ...RATES.map((rate) => `${whole(rate)} runs/s`)],
      [
        row('partitions of each topic', ({ partitions }) => whole(partitions)),
        row('coordinators', ({ coordinators }) => whole(coordinators)),
        row('processes with all stages', ({ stages }) => whole(stages)),
        row('broker cores, for each replica', ({ kafkaCores }) => kafkaCores.toFixed(1)),
        row('sent to Kafka each second', ({ kafkaBytesPerSecond }) => megabytes(kafkaBytesPerSecond)),
        row(`written by ${REPLICAS} replicas each second`, (of) => megabytes(REPLICAS * of.kafkaBytesPerSecond)),
        row('PostgreSQL cores', ({ postgresCores }) => postgresCores.toFixed(1)),
        row('commits each second', ({ commitsPerSecond }) => whole(commitsPerSecond)),
        row('WAL each second', ({ walBytesPerSecond }) => megabytes(walBytesPerSecond)),
        row('databases', ({ shards }) => whole(shards)),
      ],
    ),
  ];
}

try {
  const options = readOptions(Options, process.argv.slice(2));
  process.stdout.write(`${options.help ? HELP : (await capacity(options)).join('\n')}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
