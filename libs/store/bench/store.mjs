// Measures the store on the statements of the coordinator and the gateway: `node libs/store/bench/store.mjs [--url postgres://…] [--store FILE]`. FILE is
// the built entry of another version's store, to compare with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { url: { type: 'string' }, store: { type: 'string' } } });
const entry = options.store ? pathToFileURL(options.store).href : new URL('../dist/index.js', import.meta.url).href;
const dataDir = await mkdtemp(join(tmpdir(), 'millrace-store-bench-'));
const { openStore } = await import(entry);
const open = () => openStore({ databaseUrl: options.url, dataDir });
const megabytes = () => `${Math.round(process.memoryUsage().rss / 1e6)} MB`;

const timed = async (work) => {
  const since = performance.now();
  const result = await work();
  return { result, ms: performance.now() - since };
};
const show = (what, said) => console.log(`${what.padEnd(58)} ${said}`);

/** The longest that the event loop was held up since the last call. */
let heldUp = 0;
let last = performance.now();
const watch = setInterval(() => {
  const now = performance.now();
  heldUp = Math.max(heldUp, now - last - 1);
  last = now;
}, 1);
function longestHold() {
  const longest = heldUp;
  heldUp = 0;
  return `longest hold of the event loop ${longest.toFixed(1)} ms`;
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
async function repeat(what, times, work) {
  const took = [];
  longestHold();
  const cpu = process.cpuUsage();
  for (let i = 0; i < times; i++) took.push((await timed(() => work(i))).ms);
  const { user, system } = process.cpuUsage(cpu);
  took.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(took, q).toFixed(2));
  show(what, `p50 ${p50} ms, p99 ${p99} ms, CPU ${Math.round((user + system) / times)} µs, ${longestHold()}`);
}

const first = await timed(open);
show('open for the first time', `${first.ms.toFixed(0)} ms, ${megabytes()} resident`);
await first.result[Symbol.asyncDispose]();
const again = await timed(open);
show('open again', `${again.ms.toFixed(0)} ms`);
const store = again.result;

const START = 1_700_000_000_000;
let made = 0;
const position = { next: 0 };
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(6);
const idOf = (n) => `run_${((n * 2654435761) >>> 0).toString(36).padStart(8, '0')}${String(n).padStart(18, '0')}`;
const accepted = (n) => ({
  type: 'run.accepted',
  at: START + n,
  pipeline: 'letters',
  plan: 'p1',
  source: `intake/0/${n}`,
  input: { text },
});
const completed = (n, step) => ({
  type: 'step.completed',
  step,
  attempt: 1,
  at: START + n,
  startedAt: START + n,
  output: { text },
});
const summaryOf = (n, status = 'running') => ({
  id: idOf(n),
  pipeline: 'letters',
  plan: 'p1',
  status,
  acceptedAt: START + n * 7,
  endedAt: status === 'completed' ? START + n * 7 + 50 : undefined,
  parent: undefined,
});
const change = (summary, over) => ({
  summary,
  created: false,
  fromSeq: 1,
  facts: [],
  row: false,
  wakeAt: undefined,
  waits: [],
  waited: [],
  ...over,
});
const commitOf = (changes) => ({
  topic: 'runs',
  partition: 0,
  expected: position.next === 0 ? null : position.next,
  next: ++position.next,
  changes,
  deadLetters: [],
  redriven: [],
  answer: Buffer.alloc(400 * changes.length, 'answer '),
});

async function create(count, wakeAt) {
  const summaries = Array.from({ length: count }, () => summaryOf(made++));
  await store.writer.create(
    summaries.map((summary) => ({ ...summary, wakeAt })),
    ({ made: fresh }) =>
      commitOf(
        summaries.map((one, i) => change(one, { facts: fresh.has(one.id) ? [accepted(made - count + i)] : [] })),
      ),
  );
  return summaries;
}
async function wholeRuns(count) {
  const summaries = await create(count);
  for (let step = 0; step < 7; step++)
    await store.writer.commit(
      commitOf(
        summaries.map((one) =>
          change(step === 6 ? { ...one, status: 'completed', endedAt: START } : one, {
            row: step === 6,
            fromSeq: 2 + step,
            facts: [completed(step, `step-${step}`)],
          }),
        ),
      ),
    );
}

const [one] = await create(1);
await repeat('commit one fact of one run', 500, (i) =>
  store.writer.commit(commitOf([change(one, { fromSeq: 2 + i, facts: [completed(i, 'a')] })])),
);
await repeat('a run of seven steps alone: 8 commits', 100, () => wholeRuns(1));
await repeat('100 runs of seven steps: 8 commits', 60, () => wholeRuns(100));
const parallel = await timed(() => Promise.all(Array.from({ length: 400 }, () => store.writer.snooze(one.id, START))));
show('400 changes at once', `${(parallel.ms / 400).toFixed(3)} ms each, ${longestHold()}`);
await repeat('load the facts of 100 runs', 50, (i) =>
  store.writer.load(Array.from({ length: 100 }, (_, k) => idOf(i * 100 + k))),
);
await repeat(`a page of 50 of ${made} runs`, 100, () => store.reader.runs({ limit: 50 }));
await repeat('a page of 50 of a pipeline and a status', 100, () =>
  store.reader.runs({ limit: 50, pipeline: 'letters', status: 'completed' }),
);
await repeat('one run with its facts', 200, (i) => store.reader.run(idOf(i * 7)));
for (let i = 0; i < 20; i++) await create(100, START + i);
await repeat('take 100 due timers', 20, () =>
  store.writer.takeDue({ at: START + 1_000, until: START + 1e9, limit: 100 }),
);
await repeat('ask whether any start is due', 200, () => store.starts.due(START));
show('after all', `${megabytes()} resident`);
clearInterval(watch);
await store[Symbol.asyncDispose]();
await rm(dataDir, { recursive: true });
