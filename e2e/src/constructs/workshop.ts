import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { type Fact, isOver, type RunEvent, runIdOf, type Topics } from '@millrace/contracts';
import { startCoordinator } from '@millrace/coordinator';
import type { Pipeline } from '@millrace/pipeline';
import { evolve, type Run } from '@millrace/saga';
import { openRuntime, type Runtime, serviceSettings } from '@millrace/runtime';
import { startStages } from '@millrace/stage';
import { openStore, type StoreReader } from '@millrace/store';
import { until } from '../processes.js';
import { TOPICS } from './begins.js';
import { PAYMENTS, PIPELINES } from './pipelines.js';
import { STAGES } from './stages.js';

interface Options {
  readonly pipelines?: readonly Pipeline[];
  /** The milliseconds by which its clock is ahead. */
  readonly aheadMs?: number;
}

/** A coordinator and the stages in this process, on the embedded log. Its time is the time, and what it was advanced by. */
export class Workshop implements AsyncDisposable {
  private constructor(
    private readonly opened: AsyncDisposableStack,
    private readonly installation: Pick<Runtime, 'broker' | 'topics' | 'groups'> & { readonly reader: StoreReader },
    private readonly ahead: { ms: number },
  ) {}

  get reader(): StoreReader {
    return this.installation.reader;
  }

  static async open({ pipelines = PIPELINES, aheadMs = 0 }: Options = {}): Promise<Workshop> {
    const ahead = { ms: aheadMs };
    const now = () => Date.now() + ahead.ms;
    await using opening = new AsyncDisposableStack();
    const dataDir = await mkdtemp(join(tmpdir(), 'millrace-workshop-'));
    opening.defer(() => rm(dataDir, { recursive: true, force: true }));
    const settings = serviceSettings({ MILLRACE_DATA: dataDir, LOG_LEVEL: 'error' }, 'workshop');
    const broker = opening.use(await embeddedBroker({ dir: join(dataDir, 'log'), fsync: false }));
    const store = opening.use(await openStore({ databaseUrl: undefined, dataDir }));
    const installation = opening.use(await openRuntime('workshop', settings, { broker }));
    const others = [PAYMENTS, `${PAYMENTS}.hasty`, ...Object.values(TOPICS)];
    await broker.ensureTopics(others.map((name) => ({ name, partitions: 2 })));
    const coordinator = await startCoordinator(installation, { store, pipelines, now });
    opening.defer(() => coordinator.drain(5_000));
    const stages = await startStages(installation, STAGES, { now });
    opening.defer(() => stages.drain(5_000));
    const { topics, groups } = installation;
    return new Workshop(opening.move(), { broker, topics, groups, reader: store.reader }, ahead);
  }

  get broker(): Broker {
    return this.installation.broker;
  }

  get topics(): Topics {
    return this.installation.topics;
  }

  get now(): number {
    return Date.now() + this.ahead.ms;
  }

  advance(ms: number): void {
    this.ahead.ms += ms;
  }

  /** Asks for a run. @returns its id */
  async start(
    pipeline: Pipeline,
    input: unknown,
    { key = randomUUID(), startAt }: { key?: string; startAt?: Date } = {},
  ): Promise<string> {
    const headers = {
      ...{ pipeline: pipeline.name, 'idempotency-key': key },
      ...(startAt && { 'start-at': startAt.toISOString() }),
    };
    await this.broker.publish([{ topic: this.topics.intake, key: null, value: JSON.stringify(input), headers }]);
    return runIdOf(pipeline.name, key);
  }

  async run(id: string): Promise<Run | undefined> {
    const record = await this.reader.run(id);
    return record && evolve(undefined, id, record.facts);
  }

  /** Publishes an event of a run, as the gateway does. */
  async act(event: RunEvent): Promise<void> {
    await this.broker.publish([
      { topic: this.topics.runs, key: event.run, value: JSON.stringify(event), packed: true },
    ]);
  }

  /** Resolves when a pipeline's triggers have taken all records of a topic. */
  async taken({ name, loaded }: Pipeline, topic: string): Promise<void> {
    for (const trigger of loaded.starts.triggers.filter((one) => one.topic === topic)) {
      const group = this.installation.groups.trigger(name, trigger.name);
      await until(`${trigger.name} has taken the records of ${topic}`, async () =>
        (await this.broker.lag(group, topic)).every(({ backlog }) => backlog === 0),
      );
    }
  }

  /** Returns the facts of a run and of all its descendants. */
  async facts(id: string): Promise<readonly (readonly Fact[])[]> {
    const own = (await this.reader.run(id))?.facts ?? [];
    const children = await this.reader.runs({ limit: 100, parent: id });
    const theirs = await Promise.all(children.items.map((child) => this.facts(child.id)));
    return [own, ...theirs.flat()];
  }

  /** The run once it has ended, or is parked. */
  async ended(id: string): Promise<Run> {
    return until(`${id} ends`, async () => {
      const run = await this.run(id);
      return run && (isOver(run.status) || run.status === 'dead-lettered') ? run : undefined;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.opened.disposeAsync();
  }
}
