import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groupsOf, topicsOf } from '@millrace/contracts';
import { foreignTopicsOf } from './foreign-topics.js';
import type { Answer, Question } from './embedded-messages.js';
import { peakMegabytesOf } from './memory.js';
import type { Target } from './target.js';

const MAIN = fileURLToPath(new URL('../dist/embedded-main.js', import.meta.url));
const OWN = new URL('../dist/pipelines.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Every pipeline that comes with Millrace: reviews, signals, maps, loops, schedules, triggers. */
const PIPELINES = ['support-email', 'agent', 'content-moderation', 'document-ingestion', 'invoice-processing'];
const LINES_KEPT = 60;
const LINES_SHOWN = 4;
const ANSWER_MS = 60_000;
/** The first start makes a database, and the machine may be busy. */
const START_MS = 300_000;

type Asked = Question extends infer One ? (One extends Question ? Omit<One, 'id'> : never) : never;

/** Starts all of Millrace in a process of its own, on data of its own. */
export async function startEmbedded(): Promise<Target> {
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-fuzz-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const env = {
    PATH: process.env['PATH'],
    MILLRACE_DATA: dataDir,
    PORT: '0',
    PIPELINES: [...PIPELINES.map((name) => `@millrace/${name}`), OWN].join(','),
  };
  const child = spawn(process.execPath, [MAIN], {
    cwd: ROOT,
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  opening.defer(() => ended(child));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      lines.push(
        ...chunk
          .toString()
          .split('\n')
          .map((line) => line.slice(0, 2_000)),
      );
      lines.splice(0, lines.length - LINES_KEPT);
    });
  const said = () => lines.join('\n');
  const talk = new Talk(child, said);
  const { url, partitions } = (await talk.started) as { url: string; partitions: number };
  const opened = opening.move();
  return {
    url,
    health: [url],
    topics: topicsOf(),
    foreign: foreignTopicsOf(),
    groups: groupsOf(),
    partitions,
    publish: async (records) => void (await talk.ask({ ask: 'publish', records })),
    behind: async (pairs) => (await talk.ask({ ask: 'behind', pairs })) as readonly string[],
    read: async (topic, limit) => (await talk.ask({ ask: 'read', topic, limit })) as readonly unknown[],
    peakMegabytes: () => peakMegabytesOf(child.pid),
    said: () => lines.slice(-LINES_SHOWN).join('\n'),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Questions to the process under attack, each with its answer. */
class Talk {
  readonly started: Promise<unknown>;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private last = 0;

  constructor(
    private readonly child: ChildProcess,
    said: () => string,
  ) {
    this.started = this.answer(0, START_MS);
    child.on('message', ({ id, value, error }: Answer) => {
      const asker = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) asker?.resolve(value);
      else asker?.reject(new Error(error));
    });
    child.once('exit', (code, signal) => {
      const gone = new Error(`The process ended with ${code ?? signal}. It said last:\n${said()}`);
      for (const { reject } of this.waiting.values()) reject(gone);
      this.waiting.clear();
    });
  }

  ask(question: Asked): Promise<unknown> {
    const id = ++this.last;
    const answer = this.answer(id);
    this.child.send({ id, ...question }, (error) => {
      if (error) this.waiting.get(id)?.reject(error);
    });
    return answer;
  }

  private answer(id: number, withinMs = ANSWER_MS): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.waiting.set(id, { resolve, reject });
    const late = setTimeout(
      () => reject(new Error(`The process did not answer within ${withinMs / 1_000} s.`)),
      withinMs,
    );
    return promise.finally(() => {
      clearTimeout(late);
      this.waiting.delete(id);
    });
  }
}
