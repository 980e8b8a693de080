import { setTimeout as sleep } from 'node:timers/promises';
import { runIdOf, seededRandom, shuffle } from '@millrace/contracts';
import { type Chance, pick } from './chance.js';
import { type Installation, serviceOf } from './installation.js';
import { order } from './pipeline.js';

/** A request for a run, made once or more often. */
export interface Request {
  readonly key: string;
  readonly run: string;
  readonly input: { readonly item: string; readonly amount: number };
  readonly byHttp: boolean;
  /** Headers that are the caller's own affair. */
  readonly headers: Readonly<Record<string, string>>;
}

const TICK_MS = 100;
const PIPELINE = order.loaded.plan.pipeline;
const ITEMS = [
  'pen',
  'Zürich 🧭',
  'a tab\tand a line\u2028break',
  'العربية \u202e',
  `long ${'x'.repeat(20_000)}`,
  '"quoted\\"',
  '',
];

export function requestsOf(seed: number, count: number): Request[] {
  const chance = seededRandom(seed ^ 0x5eed);
  const strange: Request['headers'] = { traceparent: 'not one', tracestate: '' };
  return Array.from({ length: count }, (_, n) => {
    const key = `${seed}-${n}`;
    return {
      key,
      run: runIdOf(PIPELINE, key),
      input: { item: chance() < 0.9 ? `item ${n}` : pick(chance, ITEMS), amount: Math.floor(chance() * 1_000) },
      byHttp: chance() < 0.2,
      headers: chance() < 0.02 ? strange : {},
    };
  });
}

/** Publishes runs at a steady rate until all are accepted, some of them twice and some of them late. */
export class Load {
  /** The reason for which a request was refused that should have been accepted. */
  readonly refusals: string[] = [];
  /** Requests that were sent, in order. */
  readonly sent: Request[] = [];
  private readonly pending = new Set<Promise<void>>();
  private readonly chance: Chance;

  constructor(
    private readonly installation: Installation,
    private readonly options: { readonly requests: readonly Request[]; readonly spanMs: number; readonly seed: number },
  ) {
    this.chance = seededRandom(options.seed ^ 0x10ad);
  }

  /** Resolves once every request was accepted. */
  async run(): Promise<void> {
    const { requests, spanMs } = this.options;
    const started = Date.now();
    let held: Request[] = [];
    for (let next = 0; next < requests.length; await sleep(TICK_MS)) {
      const due = Math.min(requests.length, Math.ceil((requests.length * (Date.now() - started)) / spanMs));
      const now = requests.slice(next, due);
      next = due;
      const late = now.filter(() => this.chance() < 0.05);
      const again =
        this.sent.length > 0 ? now.filter(() => this.chance() < 0.05).map(() => pick(this.chance, this.sent)) : [];
      this.send(shuffle([...now.filter((one) => !late.includes(one)), ...held, ...again], this.chance));
      held = late;
    }
    this.send(held);
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** All of them at once. Resolves once they were accepted. */
  async burst(requests: readonly Request[]): Promise<void> {
    this.send(requests);
    await this.settled();
  }

  /** The last `count` once more: in another order, and some by another way than the first time. */
  repeat(count: number): void {
    const last = shuffle(this.sent.slice(-count), this.chance);
    this.send(last.map((request) => ({ ...request, byHttp: this.chance() < 0.3 })));
  }

  private send(requests: readonly Request[]): void {
    const byKafka = requests.filter(({ byHttp }) => !byHttp);
    if (byKafka.length > 0) this.track(this.publish(byKafka));
    for (const request of requests) if (request.byHttp) this.track(this.post(request));
    this.sent.push(...requests);
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }

  private async publish(requests: readonly Request[]): Promise<void> {
    const { broker, topics } = this.installation;
    const records = requests.map(({ key, input, headers }) => ({
      topic: topics.intake,
      key: null,
      value: JSON.stringify(input),
      headers: { ...headers, pipeline: PIPELINE, 'idempotency-key': key },
    }));
    for (;;) {
      try {
        return await broker.publish(records);
      } catch {
        // Whether they arrived is not known: that is what the idempotency keys are for.
        await sleep(200);
      }
    }
  }

  private async post({ key, input, headers }: Request): Promise<void> {
    const body = JSON.stringify({ pipeline: PIPELINE, input });
    for (; ; await sleep(300)) {
      const gateway = serviceOf(this.installation, pick(this.chance, ['gateway-1', 'gateway-2']));
      const answer = await fetch(`${gateway.url}/v1/runs`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
        body,
        signal: AbortSignal.timeout(20_000),
      }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer?.status === 202 || answer?.status === 200) return;
      if (answer && answer.status < 500 && answer.status !== 429) {
        this.refusals.push(`${key}: ${answer.status} ${text}`);
        return;
      }
    }
  }
}
