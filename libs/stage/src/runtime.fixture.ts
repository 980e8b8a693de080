import { EventEmitter, once } from 'node:events';
import { type Broker, type Consumption, type Incoming, type Outgoing, pack } from '@millrace/broker';
import { groupsOf, type RunEvent, type StepCommand, topicsOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { type Runtime, serviceSettings } from '@millrace/runtime';
import { telemetry } from '@millrace/telemetry';

export const RUN = 'run_' + '0'.repeat(26);

/** A runtime for the tests of this folder, on a log that is nothing but arrays. */
export interface TestRuntime extends Runtime, AsyncDisposable {
  /** Log lines so far. */
  readonly lines: readonly Record<string, unknown>[];
  records(topic: string): readonly Incoming[];
  /** The first `n` events on `runs`, as soon as they are there. */
  events(n: number): Promise<readonly RunEvent[]>;
  until(topic: string, n: number): Promise<readonly Incoming[]>;
  ask(stage: string, command?: Partial<StepCommand>, headers?: Record<string, string>): Promise<void>;
  /** Takes the partitions away from whoever has them, and gives them back. */
  rebalance(): void;
}

export async function aRuntime(): Promise<TestRuntime> {
  const topics = topicsOf();
  const broker = new ArrayBroker();
  await broker.publish(
    [ALONE, CHAIN].map(({ hash, plan }) => ({ topic: topics.plans, key: hash, value: JSON.stringify(plan) })),
  );
  const lines: Record<string, unknown>[] = [];
  const settings = serviceSettings({});
  const told = telemetry({
    service: 'test',
    logTo: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const until = async (topic: string, n: number) => {
    while (broker.of(topic).length < n) await once(broker.changed, 'change');
    return broker.of(topic);
  };
  const eventsNow = () =>
    broker.of(topics.runs).flatMap((record) => JSON.parse(record.value!.toString()) as readonly RunEvent[]);
  return {
    service: 'test',
    settings,
    broker,
    topics,
    groups: groupsOf(),
    telemetry: told,
    lines,
    records: (topic) => broker.of(topic),
    until,
    events: async (n) => {
      while (eventsNow().length < n) await once(broker.changed, 'change');
      return eventsNow();
    },
    ask: (stage, command, headers = {}) =>
      broker.publish([{ topic: topics.stage(stage), key: RUN, value: JSON.stringify(aCommand(command)), headers }]),
    rebalance: () => broker.rebalance(),
    [Symbol.asyncDispose]: () => told[Symbol.asyncDispose](),
  };
}

const step = { kind: 'stage', stage: 'greet', input: {}, retry: {}, timeoutMs: 1_000, predecessors: [] };

/** A pipeline of steps that have nothing to do with each other. */
export const ALONE = loadPlan({
  format: 1,
  pipeline: 'alone',
  inputSchema: {},
  steps: { only: step, later: step },
  output: null,
});

/** `hello`, then `polish`, and `shout` where it is loud; the stage before hands both on. */
export const CHAIN = loadPlan({
  format: 1,
  pipeline: 'chain',
  inputSchema: {},
  steps: {
    hello: { kind: 'stage', stage: 'greet', input: {}, retry: {}, timeoutMs: 1_000, predecessors: [] },
    polish: {
      kind: 'stage',
      stage: 'polish',
      input: { text: { $ref: ['hello', 'text'] }, to: { $ref: ['input', 'to'] } },
      retry: {},
      timeoutMs: 2_000,
      predecessors: ['hello'],
    },
    shout: {
      kind: 'stage',
      stage: 'shout',
      input: {},
      when: 'hello.loud',
      retry: {},
      timeoutMs: 2_000,
      predecessors: ['hello'],
    },
  },
  output: { $ref: ['polish'] },
});

export const aCommand = (over: Partial<StepCommand> = {}): StepCommand => ({
  run: RUN,
  plan: ALONE.hash,
  step: 'only',
  attempt: 1,
  input: {},
  at: Date.now(),
  timeoutMs: 60_000,
  expires: Date.now() + 600_000,
  ...over,
});

/** A promise, and what settles it. */
export function later<T>() {
  let resolve!: (value: T | PromiseLike<T>) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

class ArrayBroker implements Broker {
  readonly kind = 'embedded';
  readonly maxRecordBytes = 100_000;
  readonly changed = new EventEmitter().setMaxListeners(0);
  private readonly logs = new Map<string, Incoming[]>();
  private readonly owners = new Set<() => void>();

  of(topic: string): readonly Incoming[] {
    return this.logs.get(topic) ?? [];
  }

  rebalance(): void {
    for (const takeOver of [...this.owners]) takeOver();
  }

  publish(records: readonly Outgoing[]): Promise<void> {
    for (const { topic, key, value, headers } of pack(records, () => 1)) {
      const log = this.logs.get(topic) ?? [];
      this.logs.set(topic, log);
      const bytes = (given: string | Buffer | null) => (typeof given === 'string' ? Buffer.from(given) : given);
      const entries = Object.entries(headers ?? {}).map(([name, text]) => [name, bytes(text as string)] as const);
      log.push({
        topic,
        partition: 0,
        offset: log.length,
        key: bytes(key),
        value: bytes(value),
        headers: Object.fromEntries(entries) as Incoming['headers'],
        timestamp: Date.now(),
      });
    }
    this.changed.emit('change');
    return Promise.resolve();
  }

  consume(...[from, handle]: Parameters<Broker['consume']>): Promise<Consumption> {
    const done = new Set<number>();
    const started = new Set<number>();
    let owned = new AbortController();
    let taking = true;
    const one = async (record: Incoming) => {
      const { signal } = owned;
      started.add(record.offset);
      const answer = await handle(record, signal).catch(() => undefined);
      started.delete(record.offset);
      if (answer && !signal.aborted) {
        done.add(record.offset);
        await this.publish(answer);
      }
      this.changed.emit('change');
    };
    const take = () => {
      if (!taking) return;
      for (const record of this.of(from.topic)) {
        if (started.size >= from.concurrency) return;
        if (!done.has(record.offset) && !started.has(record.offset)) void one(record);
      }
    };
    const takeOver = () => {
      owned.abort();
      owned = new AbortController();
    };
    this.changed.on('change', take);
    this.owners.add(takeOver);
    take();
    const stop = () => {
      taking = false;
      owned.abort();
      this.owners.delete(takeOver);
      this.changed.off('change', take);
    };
    return Promise.resolve({
      get ready() {
        return taking;
      },
      get inFlight() {
        return started.size;
      },
      queued: 0,
      still: [],
      pause: () => (taking = false),
      resume: () => (taking = true),
      drain: async (ms: number) => {
        taking = false;
        const late = AbortSignal.timeout(ms);
        while (started.size > 0 && !late.aborted)
          await once(this.changed, 'change', { signal: late }).catch(() => undefined);
        stop();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(stop()),
    });
  }

  tail(...[topics, from, see]: Parameters<Broker['tail']>) {
    const next = new Map(topics.map((topic) => [topic, from === 'start' ? 0 : this.of(topic).length]));
    const read = () => {
      for (const topic of topics) {
        for (const record of this.of(topic).slice(next.get(topic))) see(record);
        next.set(topic, this.of(topic).length);
      }
    };
    read();
    this.changed.on('change', read);
    return Promise.resolve({
      caughtUp: Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(void this.changed.off('change', read)),
    });
  }

  healthy = () => Promise.resolve(true);
  ensureTopics = () => Promise.resolve();
  partitionsOf = () => Promise.resolve(1);
  lag = () => Promise.resolve([]);
  consumers = () => Promise.resolve(this.owners.size);
  consumeInOrder = () => Promise.reject(new Error('A stage does not take records in order.'));
  browse = () => Promise.resolve([]);
  topics = () => Promise.resolve([...this.logs.keys()]);
  groups = () => Promise.resolve([]);
  ranges = () => Promise.resolve([]);
  offsetsAt = () => Promise.resolve([]);
  [Symbol.asyncDispose] = () => Promise.resolve();
}
