import { type Broker, type Incoming, partitionFor } from '@millrace/broker';
import {
  acceptedTraceparent,
  commandRecord,
  controlRecord,
  headerText,
  randomId,
  readJson,
  type StepCommand,
  type Topics,
} from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';

/** An event as it stands on `runs`, whatever it looks like. */
export interface SeenEvent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly record: Incoming;
}

export interface SentCommand {
  readonly command: StepCommand;
  readonly partition: number;
}

export interface StageOnBrokerOptions {
  readonly broker: Broker;
  readonly topics: Topics;
  readonly name: string;
  /** The time for which each answer is awaited. */
  readonly withinMs: number;
}

export interface CheckStageOptions extends StageOnBrokerOptions {
  readonly group: string;
  /** An input that the stage can work with; made up from its contract without it. */
  readonly input?: unknown;
}

/** A stage as a broker shows it: commands can be sent to it, and what it writes is seen. */
export class StageOnBroker implements AsyncDisposable {
  private readonly events: SeenEvent[] = [];
  readonly letters: Incoming[] = [];
  private readonly opened = new AsyncDisposableStack();

  private constructor(
    private readonly options: StageOnBrokerOptions,
    readonly partitions: number,
    private readonly runPartitions: number,
  ) {}

  /** Begins to read what the stage writes. Resolves when nothing that it writes from now on can be missed. */
  static async open(options: StageOnBrokerOptions): Promise<StageOnBroker> {
    const { broker, topics, name } = options;
    const stage = new StageOnBroker(
      options,
      await broker.partitionsOf(topics.stage(name)),
      await broker.partitionsOf(topics.runs),
    );
    const see = (record: Incoming) => {
      if (record.topic === topics.deadLetters) stage.letters.push(record);
      else stage.see(record);
    };
    const tail = stage.opened.use(await broker.tail([topics.runs, topics.deadLetters], 'end', see));
    await tail.caughtUp;
    return stage;
  }

  /** Sends a command with what is given; all else is made up, its run too. */
  async send(given: Partial<StepCommand>, more: { partition?: number; times?: number } = {}): Promise<SentCommand> {
    const at = Date.now();
    const command: StepCommand = {
      run: randomId('run'),
      plan: 'stage-check',
      step: 'check',
      attempt: 1,
      input: null,
      at,
      timeoutMs: 30_000,
      expires: at + 600_000,
      ...given,
    };
    const partition = more.partition ?? partitionFor(command.run, this.partitions);
    const { broker, topics, name } = this.options;
    const headers = { stage: name, traceparent: acceptedTraceparent(command.run) };
    const record = { ...commandRecord(topics, command, headers), partition };
    await broker.publish(Array.from({ length: more.times ?? 1 }, () => record));
    return { command, partition };
  }

  /** Writes bytes to the stage's topic, which are no command. */
  async sendBytes(value: Buffer, partition: number): Promise<void> {
    const topic = this.options.topics.stage(this.options.name);
    await this.options.broker.publish([
      { topic, key: 'stage-check', value, headers: { 'stage-check': 'kept' }, partition },
    ]);
  }

  async cancel(run: string, at: number): Promise<void> {
    const { broker, topics } = this.options;
    await broker.publish([controlRecord(topics, { type: 'run.cancelled', run, at })]);
  }

  /** All that was seen about a command, progress aside. */
  about({ command }: SentCommand): readonly SeenEvent[] {
    return this.events.filter(({ event }) => event['run'] === command.run && event['type'] !== 'step.progress');
  }

  /** Waits until the command is answered. False where that takes too long. */
  answered(sent: SentCommand): Promise<boolean> {
    return this.until(() => this.about(sent).length > 0);
  }

  /** Waits for a condition. False where it does not hold in time. */
  async until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
    const end = performance.now() + this.options.withinMs;
    while (!(await holds())) {
      if (performance.now() > end) return false;
      await sleep(20);
    }
    return true;
  }

  partitionOfRun = (run: string): number => partitionFor(run, this.runPartitions);

  [Symbol.asyncDispose](): Promise<void> {
    return this.opened.disposeAsync();
  }

  private see(record: Incoming): void {
    const { value } = readJson(record.value ?? '', { maxDepth: 200 });
    for (const event of [value].flat())
      if (typeof event === 'object' && event !== null) this.events.push({ event: event as SeenEvent['event'], record });
  }
}

/** The header of a record as text. */
export const headerOf = ({ headers }: Incoming, name: string): string | undefined => headerText(headers, name);
