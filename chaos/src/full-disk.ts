import { join } from 'node:path';
import { embeddedBroker } from '@millrace/broker-embedded';
import { DEFAULT_TOPIC_PREFIX, type RunResult, topicsOf } from '@millrace/contracts';
import { readAll } from './evidence.js';
import { Service } from './service.js';
import { openSmallDisk, type SmallDisk } from './small-disk.js';
import { freePorts, until } from './waiting.js';

const BEFORE = 20;
const AT_MOST = 200;
const READY_MS = 300_000;
const DONE_MS = 60_000;
const MAIL = { from: 'ann@example.com', subject: 'Card', text: 'I lost my card' };

/** All of Millrace in one process, on a disk of its own that has little room. */
export interface SmallMillrace extends AsyncDisposable {
  readonly disk: SmallDisk;
  readonly service: Service;
}

/** Begins to start it: whoever needs it waits until it is ready. */
export async function startSmallMillrace(folder: string): Promise<SmallMillrace> {
  await using opening = new AsyncDisposableStack();
  const disk = opening.use(await openSmallDisk(folder));
  const [port] = (await freePorts(1)) as [number];
  const service = opening.use(
    new Service('standalone', {
      args: [...disk.args, 'services/standalone/dist/main.js'],
      port,
      env: { MILLRACE_DATA: disk.folder },
      logFile: `${disk.folder}.log`,
    }),
  );
  const abandon = () => service.abandon();
  process.once('exit', abandon);
  opening.defer(() => void process.off('exit', abandon));
  const opened = opening.move();
  return { disk, service, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/**
 * Its disk becomes full: it has to refuse, keep what it has acknowledged, and go on once there is room, also where it was
 * `killed` meanwhile. What was not so, and what came of it, read from its log. It is over afterwards.
 */
export async function fullDisk({ disk, service }: SmallMillrace, { killed }: { killed: boolean }) {
  const accepted = new Set<string>();
  const problems: string[] = [];
  let refused = 0;
  const ask = async (key: string) => {
    const id = await start(service.url, key);
    if (id !== undefined) accepted.add(id);
    return id !== undefined;
  };
  const insist = async (key: string) => {
    if (!(await until(() => ask(key), { withinMs: DONE_MS }))) problems.push(`${key} is refused while there is room`);
  };
  const asked = Array.from({ length: BEFORE }, (_, n) => `before ${n}`);
  for (const key of asked) await insist(key);
  await disk.fill();
  // What has room in pages that were begun is still taken.
  for (let n = 0; refused < 3 && n < AT_MOST; n++) {
    asked.push(`full ${n}`);
    if (!(await ask(`full ${n}`))) refused++;
  }
  if (refused === 0) problems.push(`${AT_MOST} runs were accepted while there was no room`);
  if (killed) await service.kill9();
  await disk.free();
  if (!(await service.ready(READY_MS))) problems.push(`it is not ready. It said last:\n${service.said}`);
  // The same keys again: the same runs.
  for (const key of asked) await insist(key);
  if (accepted.size > asked.length) problems.push(`${asked.length} keys made ${accepted.size} runs`);
  for (const id of accepted) {
    const done = await until(() => completed(service.url, id), { withinMs: DONE_MS });
    if (!done) problems.push(`${id} was accepted and is not completed`);
  }
  await service.drain({ again: false });
  problems.push(...service.crashes, ...(await wrongResults(disk, accepted)));
  const outcome = `${accepted.size} runs were accepted, ${refused} requests refused${killed ? '; it was killed meanwhile' : ''}`;
  return { problems, outcome };
}

/** The run's id if it was accepted. */
async function start(url: string, key: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ pipeline: 'support-email', input: MAIL }),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  const body = (await answer?.json().catch(() => undefined)) as { id: string } | undefined;
  return answer?.ok ? body?.id : undefined;
}

async function completed(url: string, id: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/runs/${id}`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  const run = (await answer?.json().catch(() => undefined)) as { status: string } | undefined;
  return run?.status === 'completed';
}

/** Returns what is wrong with the results in the log: it has to hold one for each accepted run, and no other. */
async function wrongResults(disk: SmallDisk, accepted: ReadonlySet<string>): Promise<string[]> {
  await using broker = await embeddedBroker({ dir: join(disk.folder, 'log') });
  const results = await readAll(broker, topicsOf(DEFAULT_TOPIC_PREFIX).results);
  const runs = results.map(({ value }) => (JSON.parse(String(value)) as RunResult).run);
  return [
    ...[...accepted].filter((id) => !runs.includes(id)).map((id) => `${id} has no result in the log`),
    ...runs.filter((id, n) => runs.indexOf(id) !== n).map((id) => `${id} has several results in the log`),
    ...runs.filter((id) => !accepted.has(id)).map((id) => `${id} has a result and was never accepted`),
  ];
}
