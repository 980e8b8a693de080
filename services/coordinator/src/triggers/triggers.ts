import { present } from '@millrace/contracts';
import { retry } from '@millrace/contracts/retry';
import { BrokerError, type Consumption, type OrderedSource } from '@millrace/broker';
import {
  type LoadedPlan,
  type LoadedSource,
  type LoadedTrigger,
  loadSource,
  sourcesOf,
} from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';
import type { TriggerRow } from '@millrace/store';
import type { CoordinatorContext } from '../context.js';
import { signalSource } from '../sources/signals.js';
import { openedAt, triggerSource } from './trigger.js';

const BATCH = 500;
const BACK_OFF = { firstMs: 250, longestMs: 30_000 };

export const triggerIdOf = (pipeline: string, { name, topic }: LoadedTrigger): string => `${pipeline}/${name}/${topic}`;

/** No pipeline has a slash in its name before which nothing stands. */
const signalsIdOf = (topic: string): string => `/signals/${topic}`;

/** A trigger's topic that does not exist. */
export class MissingTopic extends Error {
  override readonly name = 'MissingTopic';
}

/** A plan's triggers, and where their topics stand now: what begins after this is theirs. @throws {MissingTopic} */
export async function triggerRows(
  { broker, groups }: Runtime,
  { plan, starts }: LoadedPlan,
): Promise<readonly TriggerRow[]> {
  const startsOf = async (group: string, topic: string, what: string) => {
    const lag = await broker.lag(group, topic).catch((error: unknown) => {
      if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')
        throw new MissingTopic(`${what} is on the topic ${topic}, which does not exist.`);
      throw error;
    });
    return Object.fromEntries(lag.map(({ partition, end }) => [partition, end]));
  };
  const rows: TriggerRow[] = [];
  for (const trigger of starts.triggers) {
    const { name, topic } = trigger;
    const from = await startsOf(groups.trigger(plan.pipeline, name), topic, `The trigger "${name}"`);
    const spec = present(plan.starts?.triggers?.[name], `trigger "${name}"`);
    rows.push({ id: triggerIdOf(plan.pipeline, trigger), name, spec, starts: from });
  }
  for (const topic of new Set(sourcesOf(plan).map((source) => source.topic))) {
    const from = await startsOf(groups.signals(topic), topic, 'A signal');
    rows.push({ id: signalsIdOf(topic), name: signalsIdOf(topic), spec: {}, starts: from });
  }
  return rows;
}

/** Returns the sources of these plans' signals by topic and id. Of those with one id it is the one that keeps records the longest. */
export function sourcesByTopic(plans: readonly LoadedPlan[]): ReadonlyMap<string, Map<string, LoadedSource>> {
  const wanted = new Map<string, Map<string, LoadedSource>>();
  for (const source of plans.flatMap(({ plan }) => sourcesOf(plan)).map(loadSource)) {
    const { id, topic } = source;
    const sources = wanted.get(topic) ?? new Map<string, LoadedSource>();
    wanted.set(topic, sources);
    const before = sources.get(id);
    sources.set(id, before && before.keepMs > source.keepMs ? before : source);
  }
  return wanted;
}

interface Running {
  readonly spec: string;
  consumption: Consumption | undefined;
  readonly stop: AbortController;
  readonly started: Promise<void>;
}

/** Takes the records of topics that are somebody else's: those that current plans have triggers on, and those that signals come from. */
export class Triggers {
  private readonly running = new Map<string, Running>();
  private readonly ending = new Set<Promise<void>>();
  /** By topic. */
  private readonly signals = new Map<string, Map<string, LoadedSource>>();
  private draining = false;

  constructor(
    private readonly context: CoordinatorContext,
    private readonly groups: Runtime['groups'],
  ) {}

  get ready(): boolean {
    return [...this.running.values()].every(({ consumption }) => consumption?.ready);
  }

  get consumptions(): readonly Consumption[] {
    return [...this.running.values()].flatMap(({ consumption }) => consumption ?? []);
  }

  /** These plans are what their pipelines' new runs get: their triggers take the place of those before. */
  follow(plans: readonly LoadedPlan[]): void {
    if (this.draining) return;
    for (const { plan, starts } of plans) {
      const wanted = new Map(starts.triggers.map((trigger) => [triggerIdOf(plan.pipeline, trigger), trigger]));
      for (const [id, running] of this.running) {
        if (!id.startsWith(`${plan.pipeline}/`)) continue;
        const trigger = wanted.get(id);
        if (trigger && running.spec === specOf(trigger)) wanted.delete(id);
        else this.end(id, running);
      }
      for (const [id, trigger] of wanted) {
        const group = this.groups.trigger(plan.pipeline, trigger.name);
        const options = { id, pipeline: plan.pipeline, trigger, group, maxBatch: BATCH };
        this.begin(id, specOf(trigger), triggerSource(this.context, options));
      }
    }
  }

  /** Runs of these plans, and of no others, may wait for signals. A topic that is listened to again goes on where it was. */
  listen(plans: readonly LoadedPlan[]): void {
    if (this.draining) return;
    const wanted = sourcesByTopic(plans);
    for (const topic of [...this.signals.keys()]) {
      if (wanted.has(topic)) continue;
      this.signals.delete(topic);
      const running = this.running.get(signalsIdOf(topic));
      if (running) this.end(signalsIdOf(topic), running);
    }
    for (const [topic, sources] of wanted) {
      const known = this.signals.get(topic);
      if (known) {
        known.clear();
        for (const [id, source] of sources) known.set(id, source);
        continue;
      }
      this.signals.set(topic, sources);
      const group = this.groups.signals(topic);
      const opened = openedAt(this.context, { group, topic, id: signalsIdOf(topic) });
      this.begin(
        signalsIdOf(topic),
        '',
        signalSource(this.context, { topic, group, maxBatch: BATCH, sources, opened }),
      );
    }
  }

  async drain(ms: number): Promise<void> {
    this.draining = true;
    for (const [id, running] of this.running) this.end(id, running, ms);
    await Promise.all(this.ending);
  }

  private begin(id: string, spec: string, source: OrderedSource): void {
    const stop = new AbortController();
    const started = this.start(id, source, stop.signal);
    this.running.set(id, { spec, consumption: undefined, stop, started });
  }

  /** A topic or a broker that is away is waited for; nobody else waits for it. */
  private async start(id: string, source: OrderedSource, stop: AbortSignal): Promise<void> {
    await Promise.all(this.ending); // The same group may be about to leave.
    const onPause = (error: unknown, ms: number): void =>
      this.context.telemetry.log.warn(
        { err: error, trigger: id, againInMs: ms },
        'A trigger cannot take its topic yet.',
      );
    const mayPass = (): boolean => !stop.aborted;
    try {
      await retry({ backOff: BACK_OFF, signal: stop, mayPass, onPause }, async () => {
        if (stop.aborted) return;
        const consumption = await this.context.broker.consumeInOrder(source);
        const running = this.running.get(id);
        if (running?.stop.signal === stop && !stop.aborted) running.consumption = consumption;
        else await consumption[Symbol.asyncDispose]();
      });
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }

  private end(id: string, running: Running, ms = 5_000): void {
    this.running.delete(id);
    running.stop.abort();
    const ended = running.started.then(() => running.consumption?.drain(ms)).finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }
}

const specOf = (trigger: LoadedTrigger): string => JSON.stringify(trigger);
