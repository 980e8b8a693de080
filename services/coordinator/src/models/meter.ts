import { backOffMs, type ModelQuota, type QuotaKey, type QuotaState } from '@millrace/contracts';

/** The share of a quota that is given out: a call takes a while to reach its provider, whose window ends meanwhile. */
const HEADROOM = 0.98;
/** The share of a quota that may leave at once after a pause. What is left unused longer than this is lost. */
const BURST = 0.01;
/** The parts into which the window is divided. A part leaves it as a whole. */
const PARTS = 60;
/** The pauses after a 429 that says nothing of how long. */
const BACK_OFF = { firstMs: 1_000, longestMs: 60_000 };
const BREAKER_DOUBLES = 4;

/** A call as a quota sees it. */
export interface Metered {
  readonly id: string;
  readonly tokens: number;
}

export type Verdict =
  | { readonly is: 'free' }
  /** Not before `ms` have passed; Infinity where only the end of another call can help. */
  | { readonly is: 'full'; readonly ms: number }
  | { readonly is: 'too-large' }
  | { readonly is: 'down'; readonly ms: number };

const FREE: Verdict = { is: 'free' };

/**
 * Measures the use of one quota: how much may leave now, when the next call may, and whether the provider asked for a pause.
 * A bucket spreads calls evenly; the parts of the window bound what leaves within any window. Time is passed in and never goes back.
 */
export class Meter {
  private requests: number;
  private tokens: number;
  private at: number;
  private parts = new Map<number, [requests: number, tokens: number]>();
  private pausedAt = 0;
  private pausedUntil = 0;
  private downUntil = 0;
  /** Pauses in a row, without an answer between them. */
  private pauses = 0;
  private failures = 0;
  /** One call goes first after a pause, and the others wait for its answer. */
  private probes = false;
  private probe: string | undefined;
  private readonly running = new Map<string, { readonly part: number; readonly at: number }>();

  constructor(
    private quota: ModelQuota,
    now: number,
    state?: QuotaState,
  ) {
    this.at = now;
    this.requests = this.burst('requests');
    this.tokens = this.burst('tokens');
    if (state) this.restore(state, now);
  }

  /** Sets the quota anew, and keeps what has been used. */
  configure(quota: ModelQuota, now: number): void {
    this.refill(now);
    const rebased = quota.perMs !== this.quota.perMs;
    this.quota = quota;
    if (rebased) this.parts.clear();
    this.requests = Math.min(this.requests, this.burst('requests'));
    this.tokens = Math.min(this.tokens, this.burst('tokens'));
  }

  get settings(): ModelQuota {
    return this.quota;
  }

  /** Returns the share of the window that a call takes: what fairness counts by. */
  shareOf({ tokens }: Pick<Metered, 'tokens'>): number {
    const { requests = Infinity, tokens: most = Infinity } = this.quota;
    return Math.max(1 / requests, tokens / most);
  }

  /** Returns the milliseconds for which nobody calls the provider. */
  pausedMs(now: number): number {
    return Math.max(0, this.pausedUntil - now, this.downUntil - now);
  }

  check({ tokens }: Metered, now: number): Verdict {
    this.refill(now);
    const { quota } = this;
    if (tokens > (quota.tokens ?? Infinity)) return { is: 'too-large' };
    if (this.downUntil > now) return { is: 'down', ms: this.downUntil - now };
    if (this.pausedUntil > now) return { is: 'full', ms: this.pausedUntil - now };
    if (this.probe !== undefined) return { is: 'full', ms: Infinity };
    if (this.running.size >= (quota.concurrency ?? Infinity)) return { is: 'full', ms: Infinity };
    const ms = Math.max(this.untilLevel(tokens), this.untilWindow(tokens, now));
    return ms > 0 ? { is: 'full', ms } : FREE;
  }

  reserve({ id, tokens }: Metered, now: number): void {
    this.refill(now);
    this.requests -= 1;
    this.tokens -= tokens;
    const part = this.partAt(now);
    this.use(part, 1, tokens);
    this.running.set(id, { part, at: now });
    if (this.probes) this.probe = id;
  }

  /** Takes up a call that was reserved before the keeper started again. */
  resume(id: string, at: number): void {
    this.running.set(id, { part: this.partAt(at), at });
  }

  /** Corrects what was reserved by what was used. */
  answered(id: string, more: { readonly tokens: number }, now: number): void {
    this.correct(id, more.tokens, now);
    this.failures = 0;
    // An answer to what left before the pause says nothing about what may leave after it.
    if (this.probe === id) this.probes = false;
    if (!this.probes) this.pauses = 0;
    this.end(id);
  }

  /** One pause for everybody. What had left before it began and is rejected, too, is part of the same pause. */
  rejected(
    id: string,
    { tokens, retryAfterMs }: { tokens: number; retryAfterMs: number | undefined },
    now: number,
  ): void {
    const { at = now } = this.running.get(id) ?? {};
    this.correct(id, -tokens, now);
    const isNew = at >= this.pausedAt || this.pausedAt === 0;
    if (isNew) {
      this.pausedAt = now;
      this.pauses++;
    }
    if (isNew || retryAfterMs !== undefined) this.pause(now + (retryAfterMs ?? backOffMs(BACK_OFF, this.pauses)));
    this.probes = true;
    this.end(id);
  }

  /** The provider says that nothing is left for so long. */
  exhausted(ms: number, now: number): void {
    this.pause(now + ms);
  }

  /** Counts a failure of the provider: after so many in a row nobody calls it for a while, and then one call tries. */
  failed(id: string, now: number): void {
    const { breaker } = this.quota;
    this.failures++;
    if (breaker && this.failures >= breaker.failures) {
      const times = Math.min(this.failures - breaker.failures, BREAKER_DOUBLES);
      this.downUntil = now + breaker.pauseMs * 2 ** times;
      this.probes = true;
    }
    this.end(id);
  }

  /** A call that was not made gives back what was reserved for it. */
  withdrawn(id: string, tokens: number, now: number): void {
    const { part } = this.running.get(id) ?? {};
    if (part === undefined) return;
    this.refill(now);
    this.requests = Math.min(this.burst('requests'), this.requests + 1);
    this.tokens = Math.min(this.burst('tokens'), this.tokens + tokens);
    this.use(part, -1, -tokens);
    this.end(id);
  }

  /** Nobody can say how the call ended: it counts as reserved. */
  forgotten(id: string): void {
    this.end(id);
  }

  state(waiting: number, now: number): QuotaState {
    this.refill(now);
    const { provider, model, tenant } = this.quota;
    return {
      kind: 'quota',
      ...{ provider, model, tenant },
      at: Math.round(now),
      requests: this.requests,
      tokens: this.tokens,
      parts: [...this.parts].map(([part, [requests, tokens]]) => [part, requests, tokens]),
      ...(Math.max(this.pausedUntil, this.downUntil) > now && {
        pausedUntil: Math.round(Math.max(this.pausedUntil, this.downUntil)),
      }),
      pauses: this.pauses,
      failures: this.failures,
      waiting,
      running: this.running.size,
    };
  }

  /** A clock that is behind the one that wrote the state is taken to stand where that one stood. */
  private restore(state: QuotaState, now: number): void {
    const ahead = Math.max(0, state.at - now);
    const shift = Math.ceil(ahead / this.partMs);
    // Nothing is known of what left while nobody kept count: the bucket begins empty.
    this.requests = Math.min(this.requests, Math.max(0, state.requests));
    this.tokens = Math.min(this.tokens, state.tokens);
    for (const [part, requests, tokens] of state.parts) this.use(part - shift, requests, tokens);
    if (state.pausedUntil !== undefined) {
      this.pausedUntil = state.pausedUntil - ahead;
      this.probes = true;
    }
    this.pauses = state.pauses;
    this.failures = state.failures;
  }

  private pause(until: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, until);
  }

  private end(id: string): void {
    this.running.delete(id);
    if (this.probe === id) this.probe = undefined;
  }

  private correct(id: string, tokens: number, now: number): void {
    this.refill(now);
    this.tokens = Math.min(this.burst('tokens'), this.tokens - tokens);
    const { part } = this.running.get(id) ?? {};
    if (part !== undefined && this.parts.has(part)) this.use(part, 0, tokens);
  }

  private get partMs(): number {
    return this.quota.perMs / PARTS;
  }

  private partAt(now: number): number {
    return Math.floor(now / this.partMs);
  }

  private use(part: number, requests: number, tokens: number): void {
    const [sumRequests, sumTokens] = this.parts.get(part) ?? [0, 0];
    this.parts.set(part, [sumRequests + requests, sumTokens + tokens]);
  }

  private refill(now: number): void {
    const passed = Math.max(0, now - this.at);
    this.at += passed;
    this.requests = Math.min(this.burst('requests'), this.requests + passed * this.rate('requests'));
    this.tokens = Math.min(this.burst('tokens'), this.tokens + passed * this.rate('tokens'));
    const oldest = this.partAt(this.at) - PARTS;
    for (const part of this.parts.keys()) if (part < oldest) this.parts.delete(part);
  }

  private rate(what: 'requests' | 'tokens'): number {
    return ((this.quota[what] ?? 0) * HEADROOM) / this.quota.perMs;
  }

  private burst(what: 'requests' | 'tokens'): number {
    return Math.max(1, (this.quota[what] ?? 0) * BURST);
  }

  /** A call larger than the bucket leaves when it is full, and the next one waits until the debt is paid. */
  private untilLevel(tokens: number): number {
    const { quota } = this;
    const missing = quota.tokens === undefined ? 0 : Math.min(tokens, this.burst('tokens')) - this.tokens;
    const forTokens = missing > 1e-6 ? missing / this.rate('tokens') : 0;
    const forRequests =
      quota.requests !== undefined && this.requests < 1 - 1e-6 ? (1 - this.requests) / this.rate('requests') : 0;
    return Math.max(forTokens, forRequests);
  }

  private untilWindow(tokens: number, now: number): number {
    const { requests: mostRequests = Infinity, tokens: mostTokens = Infinity } = this.quota;
    let [sumRequests, sumTokens] = [1, tokens];
    for (const [requests, used] of this.parts.values()) {
      sumRequests += requests;
      sumTokens += used;
    }
    if (sumRequests <= mostRequests && sumTokens <= mostTokens) return 0;
    for (const [part, [requests, used]] of [...this.parts].sort(([a], [b]) => a - b)) {
      sumRequests -= requests;
      sumTokens -= used;
      if (sumRequests <= mostRequests && sumTokens <= mostTokens) return (part + PARTS + 1) * this.partMs - now;
    }
    return this.partMs;
  }
}

/** Returns true where the quota is for the call. */
export function isFor(
  quota: QuotaKey,
  call: { provider: string; model: string; tenant?: string | undefined },
): boolean {
  const fits = (named: string, value: string) => named === '*' || named === value;
  return fits(quota.provider, call.provider) && fits(quota.model, call.model) && fits(quota.tenant, call.tenant ?? '');
}
