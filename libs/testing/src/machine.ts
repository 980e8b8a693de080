import {
  failure,
  type Failure,
  present,
  RunEvent,
  runIdOf,
  StepCommand,
  type TakenRecord,
  topicsOf,
} from '@millrace/contracts';
import {
  type Asking,
  type LoadedPlan,
  type LoadedSource,
  loadSource,
  signalIn,
  sourcesOf,
  UNWANTED,
  validateInput,
} from '@millrace/pipeline/engine';
import { failureOf, type StageGiven } from '@millrace/stage';
import { Beginnings } from './beginnings.js';
import { Desk, MAX_RECORD_BYTES, stageIn } from './desk.js';
import { type TestFault, Faults } from './faults.js';
import { type Message, TestRuns, toRun, toStage } from './runs.js';

/** The time at which its clock starts. */
const START = Date.parse('2026-01-01T00:00:00Z');
const { runs: RUNS } = topicsOf();

/** A record of a foreign topic that was rejected or has expired, and why. */
export interface DeadRecord {
  readonly failure: Failure;
  readonly topic: string;
  /** The input as text. */
  readonly value: string | null;
}

/** Carries messages between a coordinator and stages, one after the other in the order sent, and lets time pass between them. */
export class EngineMachine implements AsyncDisposable {
  readonly runs: TestRuns;
  readonly faults: Faults;
  /** Every command that reached its stage. */
  readonly asked: { readonly stage: string; readonly command: StepCommand }[] = [];
  /** Records of foreign topics that were rejected or have expired. */
  readonly deadRecords: DeadRecord[] = [];
  private readonly beginnings: Beginnings;
  private readonly sources: readonly LoadedSource[];
  private published = 0;
  private time = START;
  private desk: Desk | undefined;
  private readonly queue: Message[] = [];
  private readonly late: { readonly at: number; readonly message: Message }[] = [];
  private working: Promise<unknown> = Promise.resolve();

  private constructor(private readonly plan: LoadedPlan) {
    this.runs = new TestRuns(plan, this.now);
    this.faults = new Faults(plan.plan);
    this.beginnings = new Beginnings(plan, START);
    this.sources = sourcesOf(plan.plan).map(loadSource);
  }

  static async open(plan: LoadedPlan, stages: readonly StageGiven[]): Promise<EngineMachine> {
    const machine = new EngineMachine(plan);
    const isCancelled = (run: string) => machine.runs.get(run).status === 'cancelled';
    const isPaused = (run: string) => machine.runs.get(run).paused !== undefined;
    machine.desk = await Desk.open(stages, { plan, now: machine.now, isCancelled, isPaused });
    return machine;
  }

  readonly now = (): number => this.time;

  /** True, or the reason for which one of the stages is not ready. */
  ready(): Promise<true | string> {
    return this.desk?.ready() ?? Promise.resolve(true);
  }

  /** The topics that somebody listens to here. */
  get topics(): readonly string[] {
    return [...new Set([...this.plan.starts.triggers, ...this.sources].map(({ topic }) => topic))];
  }

  /** Takes a run on, once, and lets follow what follows. @returns its id */
  begin(asking: Asking & { readonly startAt?: number | undefined }): Promise<string> {
    return this.alone(async () => {
      const run = this.takeOn(asking);
      await this.settle();
      return run;
    });
  }

  /** A record comes on a topic that is somebody else's. */
  publish({ topic, key, value, headers }: Pick<TakenRecord, 'topic' | 'key' | 'value' | 'headers'>): Promise<void> {
    return this.alone(async () => {
      const at = this.time;
      const record = { topic, partition: 0, offset: this.published++, timestamp: at, key, value, headers };
      const { asked, failures } = this.beginnings.take(record, { at, maxRecordBytes: MAX_RECORD_BYTES });
      for (const failure of failures) this.bury(record, failure);
      for (const asking of asked) this.askFor(asking, record);
      const sources = this.sources.filter((source) => source.topic === topic);
      const signal = sources.length > 0 ? signalIn(record, sources) : undefined;
      if (signal && 'code' in signal) this.bury(record, signal);
      else if (signal) this.runs.signals.take(signal, { record, at });
      this.queue.push(...this.runs.told());
      await this.settle();
    });
  }

  tell(event: RunEvent): Promise<void> {
    return this.alone(() => {
      this.queue.push(toRun(event));
      return this.settle();
    });
  }

  /** Moves the clock to the next timer of the runs and lets it fire; false where there is none. */
  passOn(): Promise<boolean> {
    return this.alone(() => (this.dueOf() < Infinity ? this.passTo(Infinity) : Promise.resolve(false)));
  }

  /** Lets time pass, and nobody look; then everything that came due meanwhile is found. */
  away(ms: number): Promise<void> {
    return this.alone(async () => {
      this.time += ms;
      while (await this.passTo(this.time));
    });
  }

  advance(ms: number): Promise<void> {
    return this.alone(async () => {
      const end = this.time + ms;
      while (await this.passTo(end));
      this.time = end;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk?.[Symbol.asyncDispose]();
  }

  /** One thing after the other, however a test calls: the order of things is the same each time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.working.then(work);
    this.working = mine.catch(() => undefined);
    return mine;
  }

  /** Works until nothing more happens without time passing. */
  private async settle(): Promise<void> {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next.to === 'stage') await this.work(next);
      else this.queue.push(...this.runs.hear(RunEvent.parse(JSON.parse(next.event))));
    }
  }

  /** Moves the clock to the next time at which something is due, and does it; returns false where nothing is due by `end`. */
  private async passTo(end: number): Promise<boolean> {
    const due = Math.min(this.dueOf(), this.beginnings.dueTick());
    if (due === Infinity || due > end) return false;
    this.time = Math.max(this.time, due);
    const at = this.time;
    const arrived = this.late.filter((one) => one.at <= at);
    this.late.splice(0, this.late.length, ...this.late.filter((one) => !arrived.includes(one)));
    this.queue.push(...arrived.map(({ message }) => message), ...this.runs.wake());
    for (const record of this.runs.signals.expired(at)) this.bury(record, UNWANTED);
    for (const asking of this.beginnings.due(at)) this.askFor(asking);
    await this.settle();
    return true;
  }

  /** Returns the time at which anything but a schedule is due next. */
  private dueOf(): number {
    const { runs, beginnings, late } = this;
    return Math.min(runs.due() ?? Infinity, beginnings.dueRecords(), runs.signals.due(), ...late.map(({ at }) => at));
  }

  private takeOn({ key, input, startAt }: Asking & { startAt?: number | undefined }): string {
    const { starts, plan } = this.plan;
    const run = runIdOf(plan.pipeline, key);
    const { priority, concurrency } = starts;
    const messages = this.runs.accept({
      ...{ run, pipeline: plan.pipeline, input, idempotencyKey: key, source: 'test', at: this.time, startAt, priority },
      key: concurrency?.keyOf(input),
      hold: starts.holdOf(input),
      tenant: starts.tenantOf(input) || undefined,
    });
    this.queue.push(...messages);
    return run;
  }

  /** Starts a run that a schedule or a trigger asks for. Its input travels, and is checked against the pipeline's schema. */
  private askFor({ key, input }: Asking, from?: TakenRecord): void {
    const text = JSON.stringify(input ?? null);
    const sent: unknown = JSON.parse(text);
    const details = validateInput(this.plan, sent);
    if (!details) return void this.takeOn({ key, input: sent });
    const { pipeline } = this.plan.plan;
    const why = failure('INVALID_INPUT', `The input does not fit the pipeline ${pipeline}.`, { details: [...details] });
    this.deadRecords.push({ failure: why, topic: from?.topic ?? topicsOf().intake, value: text });
  }

  private bury({ topic, value }: TakenRecord, failure: Failure): void {
    this.deadRecords.push({ failure, topic, value: value?.toString() ?? null });
  }

  private async work(message: Message & { to: 'stage' }): Promise<void> {
    const command = StepCommand.parse(JSON.parse(message.command));
    const fault = this.faults.take(command.step);
    if (fault?.is === 'delay') {
      this.late.push({ at: this.time + fault.ms, message });
      return;
    }
    this.asked.push({ stage: message.stage, command });
    const answer = await this.answered(message.stage, command, fault);
    const isOut = fault?.is !== 'crash' || fault.when === 'after-publish';
    if (isOut) this.queue.push(...answer);
    if (fault?.is === 'duplicate') this.queue.push(...answer);
    if (fault?.is === 'crash') this.queue.push(message);
  }

  private async answered(
    stage: string,
    command: StepCommand,
    fault: TestFault | undefined,
  ): Promise<readonly Message[]> {
    if (fault?.is === 'throw') return [failedWith(command, { failure: failureOf(fault.thrown), at: this.time })];
    const records = await present(this.desk, 'stages: the engine is not open').ask(stage, command);
    return records.map(({ topic, value }): Message => {
      const next = stageIn(topic);
      if (next !== undefined) return toStage(next, StepCommand.parse(JSON.parse(String(value))));
      if (topic === RUNS) return { to: 'run', event: String(value) };
      throw new Error(`The stage ${stage} published to ${topic}, which nobody reads here.`);
    });
  }
}

const failedWith = ({ run, step, attempt }: StepCommand, options: { failure: Failure; at: number }): Message =>
  toRun({ type: 'step.failed', run, step, attempt, startedAt: options.at, ...options });
