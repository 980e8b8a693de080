import { runOf } from './works.js';

/** Nothing has arrived for so long: nothing will. */
const STALLED_MS = 60_000;
/** A result that comes twice does so within this time of the last one, or is not seen. */
const SETTLE_MS = 300;

/** Runs are asked for in portions of so many, or fewer with long payloads: Kafka takes no batch of more than 1 MiB. */
const AT_ONCE = 500;
const PORTION_BYTES = 800_000;

/** Returns the number of runs that a client asks for with one request. */
export const portionOf = (payloadBytes: number): number =>
  Math.max(1, Math.min(AT_ONCE, Math.floor(PORTION_BYTES / payloadBytes)));

/** The result of runs that were all asked for at once. */
export interface Saturation {
  /** From the first request to the last result, as the client sees them. */
  readonly ms: number;
  /** Results that came more than once. */
  readonly repeated: number;
}

/** The requests for runs; each payload is `payloadOf` one of them. */
export type Publish = (runs: readonly number[]) => Promise<void>;

/** The client's side of every system: asks for runs, counts results, takes the time. */
export class BenchClient {
  private next = 1;
  private waiting = new Set<number>();
  private repeated = 0;
  private lastAt = 0;
  private done: (() => void) | undefined;
  private fail: ((reason: unknown) => void) | undefined;

  constructor(
    private readonly publish: Publish,
    private readonly portion = AT_ONCE,
  ) {}

  /** A run's result was read. */
  arrived(run: number): void {
    this.lastAt = performance.now();
    if (!this.waiting.delete(run)) this.repeated++;
    else if (this.waiting.size === 0) this.done?.();
  }

  /** Tells that the last requests will not be done. */
  failed(reason: unknown): void {
    this.fail?.(reason);
  }

  /** One run; milliseconds from asking for it to reading its result. */
  async single(): Promise<number> {
    return (await this.ask(1)).ms;
  }

  /** Asks for `n` runs at once and resolves when each has its result; rejects when results stop coming. */
  async saturate(n: number): Promise<Saturation> {
    const before = this.repeated;
    const { ms } = await this.ask(n);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { ms, repeated: this.repeated - before };
  }

  private async ask(n: number): Promise<{ ms: number }> {
    const runs = Array.from({ length: n }, (_, i) => this.next + i);
    this.next += n;
    this.waiting = new Set(runs);
    const began = performance.now();
    this.lastAt = began;
    let watch: NodeJS.Timeout | undefined;
    const all = new Promise<void>((resolve, reject) => {
      this.done = resolve;
      this.fail = reject;
      watch = setInterval(() => {
        if (performance.now() - this.lastAt < STALLED_MS) return;
        reject(
          new Error(`${this.waiting.size} of ${n} runs have no result, and none came for ${STALLED_MS / 1000} s.`),
        );
      }, 1_000);
    });
    try {
      await Promise.all([this.publishAll(runs), all]);
    } finally {
      clearInterval(watch);
    }
    return { ms: this.lastAt - began };
  }

  private async publishAll(runs: readonly number[]): Promise<void> {
    for (let i = 0; i < runs.length; i += this.portion) await this.publish(runs.slice(i, i + this.portion));
  }
}

/**
 * The client of a system that answers a request with its run's result. At most `atOnce` requests are under way.
 * @param ask resolves with the result, which is the run's payload
 */
export function requesting(atOnce: number, ask: (run: number) => PromiseLike<string>): BenchClient {
  let underWay = 0;
  let roomAgain: (() => void) | undefined;
  const request = async (run: number) => {
    underWay++;
    try {
      client.arrived(runOf(await ask(run)));
    } catch (error) {
      client.failed(error);
    } finally {
      underWay--;
      roomAgain?.();
    }
  };
  const client: BenchClient = new BenchClient(async (runs) => {
    for (const run of runs) {
      if (underWay >= atOnce) await new Promise<void>((resolve) => (roomAgain = resolve));
      void request(run);
    }
  });
  return client;
}
