import type { MeteredCall, ModelCallEvent, ModelQuota } from '@millrace/contracts';
import { Keeper, type KeeperSettings } from './keeper.js';

export const START = Date.UTC(2026, 10, 30);
const HOP_MS = 5;
/** A step that is recalled asks again after so long. */
const COMES_BACK_MS = 1_500;

export const aCall = (id: string, more: Partial<MeteredCall> = {}): MeteredCall => ({
  id,
  provider: 'acme-ai',
  model: 'small',
  tenant: 'a',
  pipeline: 'mail',
  run: `run-${id}`,
  step: 'draft',
  attempt: 1,
  estimate: { input: 100, output: 50 },
  timeoutMs: 60_000,
  ...more,
});

export const aQuota = (more: Partial<ModelQuota> = {}): ModelQuota => ({
  provider: 'acme-ai',
  model: 'small',
  tenant: '*',
  perMs: 60_000,
  at: START,
  ...more,
});

interface Limits {
  readonly requests: number;
  readonly tokens: number;
  readonly perMs: number;
}

/** A provider that counts what reaches it in a sliding window, and rejects what is too much. */
export class FakeProvider {
  readonly taken: { at: number; tokens: number; id: string }[] = [];
  readonly rejectedAt: number[] = [];

  constructor(private readonly limits: Limits) {}

  /** Returns the milliseconds after which to ask again, where it takes no more. */
  take(id: string, tokens: number, at: number): number | undefined {
    const { requests, tokens: most, perMs } = this.limits;
    const within = this.taken.filter((call) => call.at > at - perMs);
    const used = within.reduce((sum, call) => sum + call.tokens, 0);
    if (within.length + 1 > requests || used + tokens > most) {
      this.rejectedAt.push(at);
      return within.length > 0 ? within[0]!.at + perMs - at : 1_000;
    }
    this.taken.push({ id, tokens, at });
    return undefined;
  }

  /** The most that it took within any window, as a share of its limits. */
  peak(): number {
    const { requests, tokens: most, perMs } = this.limits;
    let [peak, from, tokens] = [0, 0, 0];
    for (const [index, call] of this.taken.entries()) {
      tokens += call.tokens;
      for (; this.taken[from]!.at <= call.at - perMs; from++) tokens -= this.taken[from]!.tokens;
      peak = Math.max(peak, (index - from + 1) / requests, tokens / most);
    }
    return peak;
  }
}

interface Planned {
  readonly at: number;
  readonly do: () => void;
}

/** Processes, the keeper and a provider, on a clock that goes on from one thing that happens to the next. */
export class SimulatedWorld {
  now = START;
  keeper: Keeper;
  readonly ended: { id: string; at: number; outcome: string }[] = [];
  readonly refused: { id: string; why: string }[] = [];
  readonly ledger = new Map<string, unknown>();
  private readonly agenda: Planned[] = [];
  private readonly calls = new Map<string, { call: MeteredCall; process: string }>();
  private readonly sent = new Set<string>();
  private readonly living = new Set<string>();
  /** Calls whose steps have left their stages, by run. */
  readonly away = new Map<string, { call: MeteredCall; process: string }>();
  private wakeAt = Infinity;

  constructor(
    private settings: KeeperSettings,
    private readonly provider: {
      take(id: string, tokens: number, at: number): number | undefined;
      tokensOf: (call: MeteredCall) => number;
      latencyMs: (call: MeteredCall) => number;
    },
    /** A step leaves its stage when the wait for its turn takes so long. */
    private readonly longMs = Infinity,
  ) {
    this.keeper = new Keeper([], this.now);
    this.keeper.configure(settings, this.now);
  }

  at(ms: number, work: () => void): void {
    const at = Math.max(this.now, START + ms);
    const index = this.agenda.findIndex((planned) => planned.at > at);
    this.agenda.splice(index < 0 ? this.agenda.length : index, 0, { at, do: work });
  }

  after(ms: number, work: () => void): void {
    this.at(this.now + ms - START, work);
  }

  configure(settings: Partial<KeeperSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.keeper.configure(this.settings, this.now);
    this.decide();
  }

  /** Calls that processes hold and have not made. */
  get inHand(): number {
    return this.calls.size - this.sent.size;
  }

  ask(call: MeteredCall, process: string): void {
    this.calls.set(call.id, { call, process });
    this.live(process);
    this.tell({ type: 'call.asked', process, call });
  }

  /** Reaches the keeper after a hop. */
  tell(event: ModelCallEvent): void {
    this.after(HOP_MS, () => {
      this.keeper.take(event, this.now);
      this.decide();
    });
  }

  run(untilMs = Infinity): void {
    for (let next = this.agenda.shift(); next; next = this.agenda.shift()) {
      if (next.at > START + untilMs) {
        this.agenda.unshift(next);
        return;
      }
      this.now = next.at;
      next.do();
    }
  }

  /** Another process keeps the quotas from now on, from what the ledger says. */
  restart(clockBehindMs = 0): void {
    const entries = [...this.ledger.values()].filter((entry) => entry !== undefined);
    this.keeper = new Keeper(entries as never, this.now - clockBehindMs);
    this.keeper.configure(this.settings, this.now);
    for (const process of new Set([...this.calls.values()].map((one) => one.process))) this.beat(process);
  }

  beat(process: string): void {
    const own = [...this.calls].filter(([, one]) => one.process === process).map(([id]) => id);
    const running = own.filter((id) => this.sent.has(id));
    this.tell({ type: 'process.alive', process, running, waiting: own.filter((id) => !this.sent.has(id)) });
  }

  /** Tells every few seconds what the process has in hand, while it has anything. */
  private live(process: string): void {
    if (this.living.has(process)) return;
    this.living.add(process);
    this.after(5_000, () => {
      this.living.delete(process);
      if (![...this.calls.values()].some((one) => one.process === process)) return;
      this.beat(process);
      this.live(process);
    });
  }

  private decide(): void {
    const { grants, changed, recalls, wakeInMs } = this.keeper.decide(this.now);
    for (const { run } of recalls) this.after(COMES_BACK_MS, () => this.comeBack(run));
    for (const [key, entry] of changed) this.ledger.set(key, entry);
    for (const grant of grants) this.after(HOP_MS, () => this.hear(grant));
    if (wakeInMs !== undefined && this.now + wakeInMs < this.wakeAt) {
      const at = (this.wakeAt = this.now + wakeInMs);
      this.at(at - START, () => {
        if (this.wakeAt === at) this.wakeAt = Infinity;
        this.decide();
      });
    }
  }

  private hear(grant: ReturnType<Keeper['decide']>['grants'][number]): void {
    if (grant.is === 'unknown')
      return grant.ids.forEach((id) => {
        const known = this.calls.get(id);
        if (known) this.tell({ type: 'call.asked', ...known });
      });
    const known = this.calls.get(grant.id);
    if (!known || known.process !== grant.process) return;
    if (grant.is === 'waits' && grant.ms >= this.longMs) this.leave(known);
    if (grant.is === 'refused') {
      this.refused.push({ id: grant.id, why: grant.why });
      this.calls.delete(grant.id);
    }
    if (grant.is !== 'granted' || this.sent.has(grant.id)) return;
    const { call, process } = known;
    this.sent.add(call.id);
    const tokens = this.provider.tokensOf(call);
    const retryAfterMs = this.provider.take(call.id, tokens, this.now);
    if (retryAfterMs !== undefined) {
      this.sent.delete(call.id);
      this.tell({ type: 'call.ended', process, call, outcome: 'rejected', retryAfterMs: Math.ceil(retryAfterMs) });
      return this.tell({ type: 'call.asked', process, call });
    }
    this.after(this.provider.latencyMs(call), () => {
      if (!this.calls.delete(call.id)) return;
      this.sent.delete(call.id);
      this.ended.push({ id: call.id, at: this.now - START, outcome: 'answered' });
      const input = Math.min(tokens, call.estimate.input);
      this.tell({ type: 'call.ended', process, call, outcome: 'answered', usage: { input, output: tokens - input } });
    });
  }

  /** A step leaves its stage after it has waited there for some time. */
  leaveStage(id: string): void {
    const known = this.calls.get(id);
    if (known) this.leave(known);
  }

  private leave(known: { call: MeteredCall; process: string }): void {
    this.calls.delete(known.call.id);
    this.away.set(known.call.run, known);
    this.tell({ type: 'call.ended', ...known, outcome: 'withdrawn', returns: true });
  }

  private comeBack(run: string): void {
    const known = this.away.get(run);
    if (!known) return;
    this.away.delete(run);
    this.ask(known.call, known.process);
  }

  /** A process that dies tells nothing more. */
  kill(process: string): void {
    for (const [id, one] of this.calls) {
      if (one.process !== process) continue;
      this.calls.delete(id);
      this.sent.delete(id);
    }
  }
}
