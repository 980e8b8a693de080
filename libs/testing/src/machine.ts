import { type Failure, RunEvent, StepCommand, topicsOf } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline';
import { accept } from '@millrace/saga';
import { failureOf, type StageGiven } from '@millrace/stage';
import { Desk, stageIn } from './desk.js';
import { type Fault, Faults } from './faults.js';
import { type Message, Runs, toRun, toStage } from './runs.js';

/** When its clock starts. */
const START = Date.parse('2026-01-01T00:00:00Z');
const { runs: RUNS } = topicsOf();

type Accepted = Parameters<typeof accept>[0];

/** What travels between a coordinator and stages, one message after the other in the order sent, and the time that passes between. */
export class Machine implements AsyncDisposable {
  readonly runs: Runs;
  readonly faults: Faults;
  /** Every command that reached its stage. */
  readonly asked: { readonly stage: string; readonly command: StepCommand }[] = [];
  private time = START;
  private desk: Desk | undefined;
  private readonly queue: Message[] = [];
  private readonly late: { readonly at: number; readonly message: Message }[] = [];
  private working: Promise<unknown> = Promise.resolve();

  private constructor(private readonly plan: LoadedPlan) {
    this.runs = new Runs(plan, this.now);
    this.faults = new Faults(plan.plan);
  }

  static async open(plan: LoadedPlan, stages: readonly StageGiven[]): Promise<Machine> {
    const machine = new Machine(plan);
    const isCancelled = (run: string) => machine.runs.get(run).status === 'cancelled';
    const isPaused = (run: string) => machine.runs.get(run).paused !== undefined;
    machine.desk = await Desk.open(stages, { plan, now: machine.now, isCancelled, isPaused });
    return machine;
  }

  readonly now = (): number => this.time;

  /** Takes a run on, once, and lets follow what follows. */
  begin(request: Accepted): Promise<void> {
    return this.alone(async () => {
      if (this.runs.has(request.run)) return;
      this.queue.push(...(await this.runs.join(accept(request, this.plan))));
      await this.settle();
    });
  }

  tell(event: RunEvent): Promise<void> {
    return this.alone(() => {
      this.queue.push(toRun(event));
      return this.settle();
    });
  }

  passOn(): Promise<boolean> {
    return this.alone(() => this.passTo(Infinity));
  }

  advance(ms: number): Promise<void> {
    return this.alone(async () => {
      const end = this.time + ms;
      while (await this.passTo(end));
      this.time = end;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.desk![Symbol.asyncDispose]();
  }

  /** One thing after the other, however a test calls: the order of things is the same each time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.working.then(work);
    this.working = mine.catch(() => undefined);
    return mine;
  }

  /** Until nothing more happens without time passing. */
  private async settle(): Promise<void> {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next.to === 'stage') await this.work(next);
      else this.queue.push(...(await this.runs.hear(RunEvent.parse(JSON.parse(next.event)))));
    }
  }

  /** To the next time at which something is due, and what comes of it; false where nothing is until then. */
  private async passTo(end: number): Promise<boolean> {
    const due = Math.min(this.runs.due() ?? Infinity, ...this.late.map(({ at }) => at));
    if (due === Infinity || due > end) return false;
    this.time = Math.max(this.time, due);
    const arrived = this.late.filter(({ at }) => at <= this.time);
    this.late.splice(0, this.late.length, ...this.late.filter((one) => !arrived.includes(one)));
    this.queue.push(...arrived.map(({ message }) => message), ...this.runs.wake());
    await this.settle();
    return true;
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

  private async answered(stage: string, command: StepCommand, fault: Fault | undefined): Promise<readonly Message[]> {
    if (fault?.is === 'throw') return [failedWith(command, { failure: failureOf(fault.thrown), at: this.time })];
    const records = await this.desk!.ask(stage, command);
    return records.map(({ topic, value }): Message => {
      const next = stageIn(topic);
      if (next !== undefined) return toStage(next, StepCommand.parse(JSON.parse(String(value))));
      if (topic === RUNS) return { to: 'run', event: String(value) };
      throw new Error(`The stage ${stage} published to ${topic}, which nobody reads here.`);
    });
  }
}

const failedWith = ({ run, step, attempt }: StepCommand, of: { failure: Failure; at: number }): Message =>
  toRun({ type: 'step.failed', run, step, attempt, startedAt: of.at, ...of });
