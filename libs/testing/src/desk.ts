import type { Broker, Consumption, Handle, Incoming, Outgoing } from '@millrace/broker';
import { present, type StepCommand, topicsOf } from '@millrace/contracts';
import { type StageContract } from '@millrace/pipeline';
import { type LoadedPlan, outermostOf, planWithin } from '@millrace/pipeline/engine';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { contractOf, type StageGiven, type StageOptions, startStages } from '@millrace/stage';

/** The limit of the embedded log. */
export const MAX_RECORD_BYTES = 1_048_576;
const NEVER = new AbortController().signal;

export interface DeskOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** The plan of the commands; without it a stage only answers. */
  readonly plan?: LoadedPlan;
  readonly isCancelled?: (run: string) => boolean;
  readonly isPaused?: (run: string) => boolean;
}

/** Stages as their services run them, each in its Nest application, with nothing but this desk between them and whoever asks. */
export class Desk implements AsyncDisposable {
  private constructor(
    private readonly opened: AsyncDisposableStack,
    private readonly log: { readonly handles: ReadonlyMap<string, Handle>; readonly answers: AnswerLog },
    /** True, or the reason for which a stage is not ready. */
    readonly ready: () => Promise<true | string>,
  ) {}

  static async open(stages: readonly StageGiven[], options: DeskOptions = {}): Promise<Desk> {
    await using opening = new AsyncDisposableStack();
    const handles = new Map<string, Handle>();
    const settings = serviceSettings({ LOG_LEVEL: 'silent' }, 'testing');
    const answers = new AnswerLog(topicsOf(settings.topicPrefix).modelAnswers);
    const runtime = opening.use(await openRuntime('testing', settings, { broker: brokerOf(handles, answers) }));
    const running = await startStages(runtime, stages, sharedBy(options));
    opening.defer(() => running.drain(0));
    return new Desk(opening.move(), { handles, answers }, () => running.ready());
  }

  /** Returns what a stage publishes for a command: its event, and commands of steps that it hands off to. */
  async ask(stage: string, command: StepCommand): Promise<readonly Outgoing[]> {
    const topic = topicOf(stage);
    const value = Buffer.from(JSON.stringify(command));
    const record = {
      topic,
      partition: 0,
      offset: 0,
      key: Buffer.from(command.run),
      headers: {},
      timestamp: command.at,
    };
    const handle = present(this.log.handles.get(topic), `stage "${stage}" here`);
    return this.log.answers.takeFrom(await handle({ ...record, value }, NEVER));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.opened.disposeAsync();
  }
}

const TOPIC = 'millrace.stage.';
const topicOf = (stage: string): string => TOPIC + stage;

/** The stage whose topic this is; undefined for any other topic. */
export const stageIn = (topic: string): string | undefined =>
  topic.startsWith(TOPIC) ? topic.slice(TOPIC.length) : undefined;

/** The name of the stage that is given. */
export const contractIn = (given: StageGiven): StageContract => contractOf('stage' in given ? given.stage : given);

function sharedBy({ now, plan, isCancelled, isPaused }: DeskOptions): StageOptions {
  const get = (reference: string) => (plan?.hash === outermostOf(reference) ? planWithin(plan, reference) : undefined);
  const close = { [Symbol.asyncDispose]: () => Promise.resolve() };
  const nothing = () => () => undefined;
  return {
    ...(now && { now }),
    plans: { get, wait: (hash) => Promise.resolve(get(hash)), newest: () => plan, pipelines: () => [], ...close },
    cancellations: { isCancelled: (run) => isCancelled?.(run) ?? false, onCancel: nothing, ...close },
    pauses: {
      isPaused: isPaused ?? (() => false),
      ofStage: () => undefined,
      isStagePaused: () => false,
      pausedFor: () => 0,
      onChange: nothing,
      ...close,
    },
    limits: { get: () => undefined, all: () => new Map(), onChange: nothing, ...close },
  };
}

/** The answers of models that are kept until their step is committed, as a log of one topic. */
class AnswerLog {
  private readonly records: Incoming[] = [];
  private readonly readers = new Set<(record: Incoming) => void>();

  constructor(private readonly topic: string) {}

  /** Takes the records of the topic; returns the others. */
  takeFrom(records: readonly Outgoing[]): readonly Outgoing[] {
    for (const { topic, key, value } of records) if (topic === this.topic) this.append({ key, value });
    return records.filter(({ topic }) => topic !== this.topic);
  }

  read(topics: readonly string[], see: (record: Incoming) => void): void {
    if (topics.includes(this.topic)) this.readers.add(see);
  }

  from({ topic, offset, limit }: Parameters<Broker['browse']>[0]): readonly Incoming[] {
    return topic === this.topic ? this.records.slice(offset, offset + limit) : [];
  }

  private append({ key, value }: Pick<Outgoing, 'key' | 'value'>): void {
    const bytes = (given: string | Buffer | null) => (typeof given === 'string' ? Buffer.from(given) : given);
    const at = { topic: this.topic, partition: 0, offset: this.records.length, headers: {}, timestamp: Date.now() };
    const record = { ...at, key: bytes(key), value: bytes(value) };
    this.records.push(record);
    for (const see of this.readers) see(record);
  }
}

/** A broker on which only the answers of models lie: what takes from a topic is kept, for whoever has a record for it. */
function brokerOf(handles: Map<string, Handle>, answers: AnswerLog): Broker {
  const done = () => Promise.resolve();
  const none = () => Promise.resolve([]);
  const consumption: Consumption = {
    ready: true,
    inFlight: 0,
    queued: 0,
    still: [],
    pause: () => undefined,
    resume: () => undefined,
    drain: done,
    [Symbol.asyncDispose]: done,
  };
  return {
    kind: 'embedded',
    maxRecordBytes: MAX_RECORD_BYTES,
    healthy: () => Promise.resolve(true),
    ensureTopics: done,
    partitionsOf: () => Promise.resolve(1),
    publish: (records) => {
      // Progress: nobody watches.
      answers.takeFrom(records);
      return Promise.resolve();
    },
    consume: ({ topic }, handle) => {
      handles.set(topic, handle);
      return Promise.resolve(consumption);
    },
    consumeInOrder: () => Promise.resolve(consumption),
    tail: (topics, _, see) => {
      answers.read(topics, see);
      return Promise.resolve({ caughtUp: Promise.resolve(), [Symbol.asyncDispose]: done });
    },
    browse: (at) => Promise.resolve(answers.from(at)),
    consumers: () => Promise.resolve(1),
    ...{ topics: none, groups: none, ranges: none, offsetsAt: none, lag: none },
    [Symbol.asyncDispose]: done,
  };
}
