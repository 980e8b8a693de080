import type { Broker, Consumption } from '@millrace/broker';
import { Server } from '@nestjs/microservices';
import { parkingOf } from '@millrace/service';
import { isObservable, lastValueFrom } from 'rxjs';
import { type Handler, Worker, type WorkerOptions } from './worker.js';

export interface TransportOptions extends WorkerOptions {
  readonly broker: Broker;
  /** How many commands are taken from the topic at once: those that are worked on, and those that wait for their turn. */
  readonly concurrency: number;
}

/** Brings a stage's commands to its Nest handler, and the answers back to the broker. */
export class StageTransport extends Server {
  override readonly transportId = Symbol('millrace');
  private consumption: Consumption | undefined;

  constructor(private readonly of: TransportOptions) {
    super();
  }

  override async listen(listening: (error?: unknown) => void): Promise<void> {
    const { contract, broker, topic, group, concurrency, turns } = this.of;
    try {
      const worker = new Worker(this.of, this.handlerOf(contract.name));
      const parking = parkingOf(this.of, { group });
      const onRelease = (partition: number) => turns?.release(partition);
      this.consumption = await broker.consume({ topic, group, concurrency, parking, onRelease }, (record, signal) =>
        worker.take(record, signal),
      );
      listening();
    } catch (error) {
      listening(error);
    }
  }

  override async close(): Promise<void> {
    await this.consumption?.[Symbol.asyncDispose]();
  }

  override on(): never {
    throw new Error('A stage’s transport has no events to listen to.');
  }

  /** The broker's consumption; undefined until it listens. */
  override unwrap<T = Consumption | undefined>(): T {
    return this.consumption as T;
  }

  /** Nest's compiled handler, called directly. It answers with a stream where an interceptor or a filter is at work, and only then is one awaited. */
  private handlerOf(pattern: string): Handler {
    const handle = this.getHandlerByPattern(pattern);
    if (!handle) throw new Error(`No handler takes the commands of the stage ${pattern}.`);
    return async (input, run) => {
      const answer: unknown = await handle(input, run);
      return isObservable(answer) ? lastValueFrom(answer, { defaultValue: undefined }) : answer;
    };
  }
}
