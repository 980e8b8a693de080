import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { API, type Api, answerTo, Frames, requestHead } from './frames.js';

export type { Api };

/**
 * A mishap of one request: `lost` it never arrives; `unanswered` it arrives, its answer does not; `slow` it arrives
 * after a while; `late` its sender is cut off at once, and it arrives after the sender has gone on elsewhere; `refused` its
 * answer says that another broker coordinates the group (only for `offsetFetch`, whose answer ends with its error code).
 */
export type Mishap = 'lost' | 'unanswered' | 'slow' | 'late' | 'refused';

export interface Trap {
  readonly api: Api;
  readonly mishap: Mishap;
  /** The number of requests that it takes. */
  readonly count: number;
  /** Resolves when one that is `slow` or `late` may arrive. */
  readonly hold: () => Promise<unknown>;
}

/** The requests that a trap has caught so far. */
export interface Caught {
  readonly requests: number;
  /** The server's answers to requests that were `late`, which their senders have not heard. */
  readonly answers: readonly Buffer[];
}

interface Armed {
  readonly of: Trap;
  requests: number;
  readonly answers: Buffer[];
}

/** The state of all connections for a while. */
export interface Weather {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Requests whose answers go nowhere, by their ids. */
  readonly unanswered: Map<number, (answer: Buffer) => void>;
  /** Requests that are refused, by their ids. */
  readonly refused: Set<number>;
}

const NOT_COORDINATOR = 16;

/** The time for which an answer is awaited that nobody else awaits. */
const ANSWER_MS = 5_000;

/** Stands between services and a server, and is where the network breaks. */
export class Proxy implements AsyncDisposable {
  private readonly pairs = new Set<Pair>();
  private traps: Armed[] = [];
  private weather: Weather | undefined;
  private closed = false;

  private constructor(
    private readonly listener: Server,
    private readonly to: { readonly port: () => number; readonly speaksKafka: boolean },
  ) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async open(options: { port?: number; to: () => number; speaksKafka: boolean }): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(options.port ?? 0, '127.0.0.1', resolve));
    return new Proxy(listener, { port: options.to, speaksKafka: options.speaksKafka });
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Breaks the connections that `chosen` says. */
  cut(chosen: () => boolean): number {
    const broken = [...this.pairs].filter(chosen);
    for (const pair of broken) this.drop(pair);
    return broken.length;
  }

  change(weather: Weather | undefined): void {
    this.weather = weather;
  }

  /** The next requests of its kind meet with the mishap. */
  set(trap: Trap): Caught {
    const armed: Armed = { of: trap, requests: 0, answers: [] };
    this.traps.push(armed);
    return armed;
  }

  /** From now on the network is fine. */
  heal(): void {
    this.weather = undefined;
    this.traps = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    for (const pair of this.pairs) this.drop(pair);
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.closed) return void client.destroy();
    const server = connect({ host: '127.0.0.1', port: this.to.port() });
    const pair: Pair = { client, server, unanswered: new Map(), refused: new Set() };
    this.pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.drop(pair));
    }
    void this.carryRequests(pair).catch(() => this.drop(pair));
    void this.carryAnswers(pair).catch(() => this.drop(pair));
  }

  private drop(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  private async carryRequests(pair: Pair): Promise<void> {
    const frames = new Frames();
    for await (const part of pair.client as AsyncIterable<Buffer>) {
      if (!this.to.speaksKafka) {
        await this.pass(part, pair.server);
        continue;
      }
      for (const frame of frames.push(part)) {
        const { apiKey, correlationId } = requestHead(frame);
        const trap = this.trapFor(apiKey);
        const mishap = trap?.of.mishap;
        if (mishap === 'lost') return this.drop(pair);
        if (trap && mishap === 'late') return await this.deliverLate(pair, { frame, trap });
        if (mishap === 'unanswered') pair.unanswered.set(correlationId, () => this.drop(pair));
        if (mishap === 'refused') pair.refused.add(correlationId);
        if (mishap === 'slow') await trap?.of.hold();
        await this.pass(frame, pair.server);
      }
    }
    this.drop(pair);
  }

  private async carryAnswers(pair: Pair): Promise<void> {
    const frames = new Frames();
    for await (const part of pair.server as AsyncIterable<Buffer>) {
      if (!this.to.speaksKafka) {
        await this.pass(part, pair.client);
        continue;
      }
      for (const frame of frames.push(part)) {
        const heard = pair.unanswered.get(answerTo(frame));
        if (heard) return heard(frame);
        if (pair.refused.delete(answerTo(frame))) frame.writeInt16BE(NOT_COORDINATOR, frame.length - 2);
        await this.pass(frame, pair.client);
      }
    }
    this.drop(pair);
  }

  private trapFor(apiKey: number): Armed | undefined {
    const trap = this.traps.find(({ of, requests }) => requests < of.count && API[of.api] === apiKey);
    if (trap) trap.requests++;
    return trap;
  }

  private async deliverLate(pair: Pair, { frame, trap }: { frame: Buffer; trap: Armed }): Promise<void> {
    pair.client.destroy();
    await trap.of.hold();
    const late = setTimeout(() => this.drop(pair), ANSWER_MS);
    pair.unanswered.set(requestHead(frame).correlationId, (answer) => {
      clearTimeout(late);
      trap.answers.push(answer);
      this.drop(pair);
    });
    pair.server.write(frame);
  }

  private async pass(part: Buffer, to: Socket): Promise<void> {
    if (this.weather) await sleep(this.weather.latencyMs + (part.length / this.weather.bytesPerSecond) * 1_000);
    if (to.destroyed || to.write(part)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        to.off('drain', done);
        to.off('close', done);
        resolve();
      };
      to.on('drain', done);
      to.on('close', done);
    });
  }
}
