import { Server } from '@nestjs/microservices';
import type { StageContract } from '@millrace/pipeline';
import type { Running } from '@millrace/runtime';
import { isObservable, lastValueFrom } from 'rxjs';
import { STAGE_TRANSPORT } from './stage.decorator.js';
import { originalOf } from './unclaimed.js';
import type { StageHandler } from '../work/worker.js';

/** A stage of a Nest application: its contract, and its handler with everything that Nest puts around it. */
export interface HandledStage {
  readonly contract: StageContract;
  readonly handler: StageHandler;
}

type MessageHandler = Parameters<Server['addHandler']>[1];

/** Brings the commands of the stages in a Nest application to their handlers, and the answers back to the broker. */
export class StageTransport extends Server {
  override readonly transportId = STAGE_TRANSPORT;
  private readonly stages = new Map<string, HandledStage>();
  private readonly stopping = new AbortController();
  private running: Running | undefined;

  constructor(private readonly start: (stages: readonly HandledStage[], stopping: AbortSignal) => Promise<Running>) {
    super();
  }

  /** Takes note of a stage. Handlers of other transports, which Nest offers to every one, are left alone. */
  override addHandler(pattern: unknown, callback: MessageHandler, isEventHandler = false, extras: Extras = {}): void {
    super.addHandler(pattern, callback, isEventHandler, extras);
    const contract = extras['contract']?.();
    if (!contract) return;
    if (this.stages.has(contract.name))
      throw new Error(
        `The stage ${contract.name} is served twice by this application: remove one of the two controllers from its modules.`,
      );
    this.stages.set(contract.name, { contract, handler: handlerOf(callback) });
  }

  override async listen(listening: (error?: unknown) => void): Promise<void> {
    try {
      this.running = await this.start([...this.stages.values()], this.stopping.signal);
      if (this.stopping.signal.aborted) await this.drain(0);
      listening();
    } catch (error) {
      listening(error);
    }
  }

  /** True, or why the stages cannot do their work now. */
  ready(): Promise<true | string> {
    if (this.stopping.signal.aborted) return Promise.resolve('stopping');
    return this.running?.ready() ?? Promise.resolve('the stages have not started');
  }

  /** Takes nothing new, and finishes what is in hand for at most `ms`. */
  async drain(ms: number): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.drain(ms);
  }

  /** Also ends a start that waits for a broker. */
  override async close(): Promise<void> {
    this.stopping.abort();
    await this.drain(0);
  }

  override on(): never {
    throw new Error('A stage’s transport has no events to listen to.');
  }

  override unwrap<T>(): T {
    throw new Error('A stage’s transport has no server of another library within.');
  }
}

type Extras = Record<string, (() => StageContract) | undefined>;

/** Nest's compiled handler, called directly. It answers with a stream where an interceptor or a filter is at work, and only then is one awaited. */
const handlerOf =
  (handle: MessageHandler): StageHandler =>
  async (input, run) => {
    try {
      const answer: unknown = await handle(input, run);
      return isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer;
    } catch (thrown) {
      throw originalOf(run, thrown);
    }
  };
