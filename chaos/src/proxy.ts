import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { API, type Api, answerTo, Frames, requestHead } from './frames.js';

/**
 * What happens to one request: `lost` it never arrives; `unanswered` it arrives, its answer does not; `slow` it arrives
 * after a while; `late` its sender is cut off at once, and it arrives after the sender has gone on elsewhere.
 */
export type Mishap = 'lost' | 'unanswered' | 'slow' | 'late';

export interface Trap {
  readonly api: Api;
  readonly mishap: Mishap;
  /** How many requests it takes. */
  readonly count: number;
  readonly ms: number;
}

/** How all connections are for a while. */
export interface Weather {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands between services and a server, and is where the network breaks. */
export class Proxy implements AsyncDisposable {
  private readonly pairs = new Set<Pair>();
  private traps: { of: Trap; left: number }[] = [];
  private weather: Weather | undefined;
  private closed = false;

  private constructor(
    private readonly listener: Server,
    private readonly to: { readonly port: () => number; readonly speaksKafka: boolean },
  ) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async open(of: { port?: number; to: () => number; speaksKafka: boolean }): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(of.port ?? 0, '127.0.0.1', resolve));
    return new Proxy(listener, { port: of.to, speaksKafka: of.speaksKafka });
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
  set(trap: Trap): void {
    this.traps.push({ of: trap, left: trap.count });
  }

  /** From now on the network is fine. How many requests no trap has met. */
  heal(): number {
    this.weather = undefined;
    const left = this.traps.reduce((sum, trap) => sum + trap.left, 0);
    this.traps = [];
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    for (const pair of this.pairs) this.drop(pair);
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.closed) return void client.destroy();
    const server = connect({ host: '127.0.0.1', port: this.to.port() });
    const pair = { client, server };
    this.pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.drop(pair));
    }
    const unanswered = new Set<number>();
    void this.carryRequests(pair, unanswered).catch(() => this.drop(pair));
    void this.carryAnswers(pair, unanswered).catch(() => this.drop(pair));
  }

  private drop(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  private async carryRequests(pair: Pair, unanswered: Set<number>): Promise<void> {
    const frames = new Frames();
    for await (const part of pair.client as AsyncIterable<Buffer>) {
      if (!this.to.speaksKafka) {
        await this.pass(part, pair.server);
        continue;
      }
      for (const frame of frames.push(part)) {
        const { apiKey, correlationId } = requestHead(frame);
        const trap = this.trapFor(apiKey);
        if (trap?.mishap === 'lost') return this.drop(pair);
        if (trap?.mishap === 'late') return await this.deliverLate(pair, { frame, ms: trap.ms });
        if (trap?.mishap === 'unanswered') unanswered.add(correlationId);
        if (trap?.mishap === 'slow') await sleep(trap.ms);
        await this.pass(frame, pair.server);
      }
    }
    this.drop(pair);
  }

  private async carryAnswers(pair: Pair, unanswered: Set<number>): Promise<void> {
    const frames = new Frames();
    for await (const part of pair.server as AsyncIterable<Buffer>) {
      if (!this.to.speaksKafka) {
        await this.pass(part, pair.client);
        continue;
      }
      for (const frame of frames.push(part)) {
        if (unanswered.delete(answerTo(frame))) return this.drop(pair);
        await this.pass(frame, pair.client);
      }
    }
    this.drop(pair);
  }

  private trapFor(apiKey: number): Trap | undefined {
    const trap = this.traps.find(({ of, left }) => left > 0 && API[of.api] === apiKey);
    if (!trap) return undefined;
    trap.left--;
    return trap.of;
  }

  private async deliverLate(pair: Pair, of: { frame: Buffer; ms: number }): Promise<void> {
    pair.client.destroy();
    await sleep(of.ms);
    pair.server.write(of.frame);
    await sleep(1_000);
    this.drop(pair);
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
