import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeProvider, fakeProvider, type FakeReply, type FakeRequest } from '@millrace/ai/testing';

export interface Limits {
  readonly requests: number;
  readonly tokens: number;
  readonly perMs: number;
}

interface Taken {
  readonly at: number;
  readonly tokens: number;
  readonly key: string;
  readonly tenant: string;
}

/** A provider with limits: it counts what reaches it in a sliding window, and rejects what is too much with 429 and Retry-After. */
export class LimitedProvider implements AsyncDisposable {
  readonly taken: Taken[] = [];
  rejected = 0;
  /** Times in which the provider asks for a pause. */
  pauses = 0;
  private pausedUntil = 0;
  private from = 0;
  private within = 0;

  private constructor(
    private readonly limits: Limits | undefined,
    private readonly server: { provider?: FakeProvider },
  ) {}

  static async start(limits: Limits | undefined): Promise<LimitedProvider> {
    const provider = new LimitedProvider(limits, {});
    provider.server.provider = await fakeProvider({ reply: (request) => provider.reply(request) });
    return provider;
  }

  get url(): string {
    return this.server.provider?.url ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.provider?.[Symbol.asyncDispose]();
  }

  private async reply({ user, headers }: FakeRequest): Promise<FakeReply> {
    const at = performance.now();
    // As the text says, so that a call has the same tokens whoever makes it.
    const [, tenant = '', prompt = '0', answer = '0'] = /tenant (\S+), (\d+) and (\d+) tokens/.exec(user) ?? [];
    const [input, output] = [Number(prompt), Number(answer)];
    const wait = this.take({ at, tokens: input + output, key: String(headers['idempotency-key']), tenant });
    if (wait !== undefined) {
      this.rejected++;
      if (at >= this.pausedUntil) this.pauses++;
      this.pausedUntil = Math.max(this.pausedUntil, at + wait);
      return { is: 'status', status: 429, headers: { 'retry-after-ms': String(Math.ceil(wait)) } };
    }
    await sleep(40 + (output % 160));
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    return { is: 'answer', content: { said: 'yes' }, usage };
  }

  /** Returns the milliseconds after which to ask again, where it takes no more. */
  private take(call: Taken): number | undefined {
    const { requests = Infinity, tokens = Infinity, perMs = 1_000 } = this.limits ?? {};
    for (let first = this.taken[this.from]; first && first.at <= call.at - perMs; first = this.taken[this.from]) {
      this.within -= first.tokens;
      this.from++;
    }
    if (this.taken.length - this.from + 1 > requests || this.within + call.tokens > tokens) {
      return (this.taken[this.from]?.at ?? call.at) + perMs - call.at;
    }
    this.taken.push(call);
    this.within += call.tokens;
    return undefined;
  }

  /** Returns the most that was asked for within any window, taken or not, as a share of the limits. */
  peak({ requests, tokens, perMs }: Limits): number {
    let [peak, from, sum] = [0, 0, 0];
    for (const [index, call] of this.taken.entries()) {
      sum += call.tokens;
      for (let first = this.taken[from]; first && first.at <= call.at - perMs; first = this.taken[++from])
        sum -= first.tokens;
      peak = Math.max(peak, (index - from + 1) / requests, sum / tokens);
    }
    return peak;
  }

  /** Returns the share of the scarcer limit that was used while calls waited for it: from one time to another. */
  used({ requests, tokens, perMs }: Limits, [from, to]: readonly [number, number]): number {
    const calls = this.taken.filter(({ at }) => at >= from && at < to);
    const windows = (to - from) / perMs;
    const sum = calls.reduce((total, call) => total + call.tokens, 0);
    return Math.max(calls.length / (requests * windows), sum / (tokens * windows));
  }
}
