import {
  budgetKey,
  ledgerKey,
  LONGEST_MS,
  type ModelBudget,
  type ModelGrant,
  quotaKey,
  type ReservedCall,
} from '@millrace/contracts';
import type { FairLine, Waiting } from './fair-line.js';
import type { KeeperState } from './keeper-state.js';
import type { Meter } from './meter.js';

/** Time for the end of a call to arrive, beyond the time that the call itself may take. */
const GRACE_MS = 30_000;

/** Gives turns to calls that wait, as quotas and budgets allow. */
export class Serving {
  constructor(private readonly state: KeeperState) {}

  /** Grants what may leave now, in a fair order; returns the milliseconds until more may. Nobody overtakes who waits for the same quota. */
  serve(line: FairLine, now: number): number {
    const full = new Set<Meter>();
    let soonest = Infinity;
    for (let next = this.nextOf(line, full, now); next; next = this.nextOf(line, full, now)) {
      if (next.is === 'full') {
        full.add(next.meter);
        soonest = Math.min(soonest, next.ms);
      }
    }
    return soonest;
  }

  private nextOf(
    line: FairLine,
    full: ReadonlySet<Meter>,
    now: number,
  ): { is: 'done' } | { is: 'full'; meter: Meter; ms: number } | undefined {
    for (const waiting of line.firsts()) {
      const meters = this.state.metersOf(waiting.call);
      if (meters.some((meter) => full.has(meter))) continue;
      const budget = this.state.ledger.check(waiting.call, now);
      if (budget.is !== 'free') {
        this.overBudget(line, waiting, budget);
        return { is: 'done' };
      }
      const metered = { id: waiting.call.id, tokens: this.state.estimates.tokensFor(waiting.call) };
      for (const meter of meters) {
        const verdict = meter.check(metered, now);
        if (verdict.is === 'free') continue;
        if (verdict.is === 'full') return { is: 'full', meter, ms: verdict.ms };
        line.remove(waiting.call.id);
        this.refuse(waiting, {
          why: verdict.is === 'down' ? 'provider-down' : 'too-large',
          by: quotaKey(meter.settings),
          ...(verdict.is === 'down' && { retryAfterMs: Math.ceil(verdict.ms) }),
        });
        return { is: 'done' };
      }
      this.grant(line, waiting, { meters, tokens: metered.tokens, warnings: budget.warnings, now });
      return { is: 'done' };
    }
    return undefined;
  }

  private grant(
    line: FairLine,
    { call, process }: Waiting,
    options: { meters: readonly Meter[]; tokens: number; warnings: readonly string[]; now: number },
  ): void {
    const { meters, tokens, warnings, now } = options;
    const metered = { id: call.id, tokens };
    line.take(call.id, Math.max(1e-9, ...meters.map((meter) => meter.shareOf(metered))));
    for (const meter of meters) meter.reserve(metered, now);
    this.state.ledger.reserve(call, now);
    const micros = this.state.ledger.microsOf(call, call.estimate);
    const at = Math.round(now);
    const entry: ReservedCall = {
      kind: 'call',
      call,
      process,
      at,
      until: at + call.timeoutMs + GRACE_MS,
      status: 'running',
      ...(micros !== undefined && { micros }),
    };
    this.state.reserved.set(call.id, { ...entry, tokens });
    this.state.changed.set(ledgerKey(entry), entry);
    this.state.touch(meters);
    this.state.tell({ is: 'granted', id: call.id, process, ...(warnings.length > 0 && { warnings: [...warnings] }) });
  }

  private overBudget(
    line: FairLine,
    waiting: Waiting,
    verdict: { is: 'spent' | 'price-unknown'; budget: ModelBudget },
  ): void {
    const { atLimit, name } = verdict.budget;
    line.remove(waiting.call.id);
    const { id } = waiting.call;
    if (atLimit === 'wait') {
      this.state.held.set(id, waiting);
      this.state.asked.delete(id);
      this.state.tell({ is: 'waits', id, process: waiting.process, ms: 0, forPerson: true, by: budgetKey(name) });
    } else if (atLimit === 'cheaper') this.refuse(waiting, { why: 'budget-cheaper', by: name });
    else this.refuse(waiting, { why: verdict.is === 'price-unknown' ? 'price-unknown' : 'budget', by: name });
  }

  private refuse(
    { call: { id }, process }: Waiting,
    refusal: Pick<Extract<ModelGrant, { is: 'refused' }>, 'why' | 'by' | 'retryAfterMs'>,
  ): void {
    this.state.tell({ is: 'refused', id, process, ...refusal });
  }

  /** Tells those who have asked and wait how long it may take. */
  tellWaiting(now: number): void {
    for (const id of this.state.asked) {
      for (const line of this.state.lines.values()) {
        const waiting = line.get(id);
        if (waiting) this.state.grants.push(this.waitOf(line, waiting, now));
      }
    }
    this.state.asked.clear();
  }

  private waitOf(line: FairLine, waiting: Waiting, now: number): ModelGrant {
    const { call, process } = waiting;
    const tokens = this.state.estimates.tokensFor(call);
    const calls = line.aheadOf(waiting) + 1;
    let [ms, by] = [0, ''];
    for (const meter of this.state.metersOf(call)) {
      const own = meter.pausedMs(now) + meter.shareOf({ tokens }) * calls * meter.settings.perMs;
      if (own >= ms) [ms, by] = [own, quotaKey(meter.settings)];
    }
    return { is: 'waits', id: call.id, process, ms: Math.min(LONGEST_MS, Math.ceil(ms)), ...(by !== '' && { by }) };
  }
}
