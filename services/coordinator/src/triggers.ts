import { BrokerError, type Consumption } from '@millrace/broker';
import type { LoadedPlan, LoadedTrigger } from '@millrace/pipeline';
import type { House } from '@millrace/service';
import type { TriggerRow } from '@millrace/store';
import type { Context } from './context.js';
import { triggerSource } from './trigger.js';

const BATCH = 500;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

export const triggerIdOf = (pipeline: string, { name, topic }: LoadedTrigger): string => `${pipeline}/${name}/${topic}`;

/** A trigger's topic that does not exist. */
export class MissingTopic extends Error {
  override readonly name = 'MissingTopic';
}

/** A plan's triggers, and where their topics stand now: what begins after this is theirs. @throws {MissingTopic} */
export async function triggerRows(
  { broker, groups }: House,
  { plan, starts }: LoadedPlan,
): Promise<readonly TriggerRow[]> {
  const rows: TriggerRow[] = [];
  for (const trigger of starts.triggers) {
    const { name, topic } = trigger;
    const lag = await broker.lag(groups.trigger(plan.pipeline, name), topic).catch((error: unknown) => {
      if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')
        throw new MissingTopic(`The trigger "${name}" is on the topic ${topic}, which does not exist.`);
      throw error;
    });
    const spec = plan.starts!.triggers![name]!;
    rows.push({
      id: triggerIdOf(plan.pipeline, trigger),
      name,
      spec,
      starts: Object.fromEntries(lag.map(({ partition, end }) => [partition, end])),
    });
  }
  return rows;
}

interface Running {
  readonly spec: string;
  consumption: Consumption | undefined;
  readonly stop: AbortController;
  readonly started: Promise<void>;
}

/** Takes the records of the topics that current plans have triggers on. */
export class Triggers {
  private readonly running = new Map<string, Running>();
  private readonly ending = new Set<Promise<void>>();
  private draining = false;

  constructor(
    private readonly context: Context,
    private readonly groupOf: (pipeline: string, name: string) => string,
  ) {}

  get ready(): boolean {
    return [...this.running.values()].every(({ consumption }) => consumption?.ready);
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
      for (const [id, trigger] of wanted) this.begin(id, plan.pipeline, trigger);
    }
  }

  async drain(ms: number): Promise<void> {
    this.draining = true;
    for (const [id, running] of this.running) this.end(id, running, ms);
    await Promise.all(this.ending);
  }

  private begin(id: string, pipeline: string, trigger: LoadedTrigger): void {
    const stop = new AbortController();
    const running: Running = {
      spec: specOf(trigger),
      consumption: undefined,
      stop,
      started: this.start(id, { pipeline, trigger, stop: stop.signal }),
    };
    this.running.set(id, running);
  }

  /** A topic or a broker that is away is waited for; nobody else waits for it. */
  private async start(id: string, of: { pipeline: string; trigger: LoadedTrigger; stop: AbortSignal }): Promise<void> {
    const { pipeline, trigger, stop } = of;
    const group = this.groupOf(pipeline, trigger.name);
    await Promise.all(this.ending); // The same group may be about to leave.
    for (let pause = FIRST_PAUSE_MS; !stop.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const consumption = await this.context.broker.consumeInOrder(
          triggerSource(this.context, { id, pipeline, trigger, group, maxBatch: BATCH }),
        );
        const running = this.running.get(id);
        if (running?.stop.signal === stop && !stop.aborted) running.consumption = consumption;
        else await consumption[Symbol.asyncDispose]();
        return;
      } catch (error) {
        this.context.telemetry.log.warn(
          { err: error, trigger: id, againInMs: pause },
          'A trigger cannot take its topic yet.',
        );
        await paused(pause, stop);
      }
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

function paused(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
