import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import { type Installation, install } from './installation.js';
import { until } from './processes.js';
import { floorsOf, type Sample, slopeOf } from './slope.js';

export interface SoakOptions {
  /** Runs asked for each second. */
  readonly rate: number;
  /** The time until caches have filled and code is compiled; it is not measured. */
  readonly warmUpMinutes: number;
  readonly minutes: number;
}

const TICK_MS = 100;
const SAMPLE_MS = 5_000;
const TELL_MS = 10 * 60_000;
/** A full garbage collection comes at least as often, under load. */
const FLOOR_SECONDS = 60;
const MB = 1024 * 1024;
const HOUR = 3_600;
const DAY = 24 * HOUR;

const KINDS = ['rss', 'heap_used', 'external'] as const;
type Kind = (typeof KINDS)[number];
type Samples = Record<Kind, Sample[]>;

/** Steady load on everything, each service its own process, and what becomes of their memory: printed, service by service. */
export async function soak(options: SoakOptions): Promise<void> {
  await using installation = await install();
  const pids = new Map([...installation.services].map(([name, { pid }]) => [name, pid]));
  const stop = new AbortController();
  const load = publish(installation, options.rate, stop.signal);
  const samples = await Promise.race([measured(installation, options), failureOf(load)]);
  stop.abort();
  const published = await load;
  await until('every run has ended', async () => (await ended(installation)) === published, 300_000);
  const anew = [...installation.services].filter(([name, { pid }]) => pid !== pids.get(name));
  if (anew.length > 0) throw new Error(`Started anew: ${anew.map(([name]) => name).join(', ')}.`);
  const { rate, warmUpMinutes, minutes } = options;
  process.stdout.write(
    `${published} runs, ${rate}/s, each ended; ${minutes} minutes after ${warmUpMinutes} of warming up.\n\n`,
  );
  process.stdout.write(tableOf(samples));
}

/** Never resolves; rejects where publishing fails. */
const failureOf = (load: Promise<number>): Promise<never> => load.then(() => new Promise<never>(() => undefined));

/** Samples the memory of each service once the warming up is over, and prints every ten minutes what there is so far. */
async function measured({ services }: Installation, options: SoakOptions): Promise<ReadonlyMap<string, Samples>> {
  await sleep(options.warmUpMinutes * 60_000);
  const started = Date.now();
  const samples = new Map<string, Samples>(
    [...services.keys()].map((name) => [name, { rss: [], heap_used: [], external: [] }]),
  );
  let told = 0;
  for (let ms = 0; ms < options.minutes * 60_000; ms = Date.now() - started) {
    await Promise.all(
      [...services].map(async ([name, { url }]) => {
        const text = await (await fetch(`${url}/metrics`)).text();
        for (const kind of KINDS) samples.get(name)?.[kind].push([ms / 1_000, memoryIn(text, kind)]);
      }),
    );
    if (ms - told >= TELL_MS) {
      told = ms;
      process.stderr.write(`After ${Math.round(ms / 60_000)} of ${options.minutes} minutes:\n\n${tableOf(samples)}\n`);
    }
    await sleep(SAMPLE_MS);
  }
  return samples;
}

/** Publishes at a steady rate until told to stop; how many. */
async function publish({ broker, topics }: Installation, rate: number, signal: AbortSignal): Promise<number> {
  const started = Date.now();
  let published = 0;
  while (!signal.aborted) {
    const due = Math.floor(((Date.now() - started) / 1_000) * rate);
    const records = Array.from({ length: due - published }, (_, i) => {
      const n = published + i;
      const value = JSON.stringify({
        from: `customer-${n}@example.com`,
        subject: 'Lost card',
        text: `I lost my debit card in town on the ${n}th of the month. Please block it and send me a new one.`,
      });
      return {
        topic: topics.intake,
        key: null,
        value,
        headers: { pipeline: 'support-email', 'idempotency-key': `soak-${n}` },
      };
    });
    if (records.length > 0) await broker.publish(records);
    published = due;
    await sleep(TICK_MS);
  }
  return published;
}

/** Runs that are over, or wait for a person. */
async function ended({ database }: Installation): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from runs where status <> 'running'`);
  return present(rows[0], 'count of the runs').n;
}

function memoryIn(metrics: string, kind: Kind): number {
  const line = new RegExp(`^millrace_process_memory_bytes\\{[^}]*kind="${kind}"[^}]*\\} (\\S+)`, 'm').exec(metrics);
  if (!line) throw new Error(`The metrics do not tell of ${kind}:\n${metrics.slice(0, 500)}`);
  return Number(line[1]);
}

function tableOf(samples: ReadonlyMap<string, Samples>): string {
  const lines = [...samples].map(([name, { rss, heap_used: heap, external }]) => {
    const used = slopeOf(floorsOf(heap, FLOOR_SECONDS));
    const all = slopeOf(rss);
    const [, last] = present(rss.at(-1), 'last sample');
    const [, first] = present(rss[0], 'first sample');
    return [
      name,
      `${mb(first)} → ${mb(last)}`,
      perHour(all),
      mb(last + all.perSecond * DAY),
      perHour(used),
      perHour(slopeOf(floorsOf(external, FLOOR_SECONDS))),
    ];
  });
  const head = [
    'service',
    'RSS, MB',
    'RSS, MB/h',
    'RSS after 24 h, MB',
    'heap after collection, MB/h',
    'outside the heap, MB/h',
  ];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';
}

const mb = (bytes: number): string => (bytes / MB).toFixed(0);
const perHour = ({ perSecond, plusMinus }: { perSecond: number; plusMinus: number }): string =>
  `${((perSecond * HOUR) / MB).toFixed(1)} ± ${((plusMinus * HOUR) / MB).toFixed(1)}`;
