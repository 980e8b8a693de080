import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, Consumption, Handle, Outgoing, Source, TopicSpec } from '../broker.js';
import type { Incoming } from '../incoming.js';

/** Names an ability that an implementation may lack; each needs a reason, which appears in the name of the skipped test. */
export type Capability = 'crash' | 'atomic-publish';

/** The log under test, and how its clients come and go. */
export interface Log {
  /** Another client on the same log. */
  broker(): Promise<Broker>;
  /** As `kill -9` would: what is open is lost, nothing is flushed or given back politely. */
  crash?(broker: Broker): Promise<void>;
  stop(): Promise<void>;
}

export interface Harness {
  /** Called once for the suite. */
  start(): Promise<Log>;
  readonly cannot?: Partial<Record<Capability, string>>;
  /** Each is one random history: records through three chained groups, with failures and crashes. Default 1 to 3. */
  readonly seeds?: readonly number[];
}

/** One test's clients, topics and gates. All are closed, or opened, when it is disposed. */
export class Scene implements AsyncDisposable {
  readonly #clients = new Set<Broker>();
  readonly #gates: Gate[] = [];

  constructor(
    readonly log: Log,
    readonly patienceMs: number,
  ) {}

  async broker(): Promise<Broker> {
    const broker = await this.log.broker();
    this.#clients.add(broker);
    return broker;
  }

  async crash(broker: Broker): Promise<void> {
    this.#clients.delete(broker);
    if (!this.log.crash) throw new Error('The harness has no crash(): add it, or give the reason in `cannot`.');
    await this.log.crash(broker);
  }

  async close(broker: Broker): Promise<void> {
    this.#clients.delete(broker);
    await broker[Symbol.asyncDispose]();
  }

  group(): string {
    return `group-${randomUUID()}`;
  }

  async topic(broker: Broker, spec: Partial<TopicSpec> = {}): Promise<string> {
    const name = `topic-${randomUUID()}`;
    await broker.ensureTopics([{ name, partitions: 1, ...spec }]);
    return name;
  }

  gate(): Gate {
    const gate = new Gate();
    this.#gates.push(gate);
    return gate;
  }

  /** Everything that is committed in the topic, each partition in order. Grows by itself. */
  async watch(broker: Broker, topic: string): Promise<readonly Incoming[]> {
    const seen: Incoming[] = [];
    await broker.tail([topic], 'start', (record) => seen.push(record));
    return seen;
  }

  /** Resolves when the condition holds, and fails when it does not within the harness's patience. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + this.patienceMs;
    for (let pause = 1; !(await condition()); pause = Math.min(pause * 2, 50)) {
      if (Date.now() > deadline) throw new Error(`Not within ${this.patienceMs} ms: ${what}`);
      await delay(pause);
    }
  }

  /** Returns the values that the group's next owner is given: publishes a marker into each partition and returns all records before the markers. */
  async nextOwnerGets(broker: Broker, source: Pick<Source, 'topic' | 'group'>): Promise<string[]> {
    const partitions = await broker.partitionsOf(source.topic);
    const marker = `marker-${randomUUID()}`;
    const given: string[] = [];
    let markers = 0;
    await using _owner = await broker.consume({ ...source, concurrency: 16 }, (record) => {
      if (text(record) === marker) markers++;
      else given.push(text(record));
      return Promise.resolve([]);
    });
    const { topic } = source;
    await broker.publish(range(partitions).map((partition) => ({ topic, partition, key: null, value: marker })));
    await this.until('the next owner has seen the markers', () => markers >= partitions);
    return given.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gate of this.#gates) gate.open();
    await Promise.all([...this.#clients].map((broker) => broker[Symbol.asyncDispose]()));
  }
}

/** Holds handlers until it is opened. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Takes the place of a test's name and body where only the scene is of interest. */
export type Promised = (sentence: string, body: (scene: Scene) => Promise<void>, needs?: Capability) => void;

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export const text = (record: Pick<Incoming, 'value'>): string => String(record.value);

export const texts = (records: readonly Incoming[]): string[] => records.map(text).sort();

/** Records with the values 0 to n−1 and as many keys as given (default: one each). */
export const numbered = (topic: string, n: number, keys = n): Outgoing[] =>
  range(n).map((i) => ({ topic, key: `key-${i % keys}`, value: `${i}` }));

export const numbers = (n: number): string[] => range(n).map(String).sort();

/** Answers each record with a copy of it to another topic. */
export const copyTo = (topic: string): Handle => {
  return (record) => Promise.resolve([{ topic, key: record.key, value: record.value }]);
};

/** All committed records of the topic, read anew, partition after partition. */
export async function everything(broker: Broker, topic: string): Promise<Incoming[]> {
  const records: Incoming[] = [];
  for (const partition of range(await broker.partitionsOf(topic))) {
    for (let offset = 0; ;) {
      const page = await broker.browse({ topic, partition, offset, limit: 1000 });
      if (page.length === 0) break;
      records.push(...page);
      offset = page.at(-1)!.offset + 1;
    }
  }
  return records;
}

export async function backlog(broker: Broker, source: Pick<Source, 'topic' | 'group'>): Promise<number> {
  const lag = await broker.lag(source.group, source.topic);
  return lag.reduce((sum, partition) => sum + partition.backlog, 0);
}

export const close = (consumption: Consumption): Promise<void> => Promise.resolve(consumption[Symbol.asyncDispose]());
