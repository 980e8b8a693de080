import {
  type LedgerEntry,
  ledgerKey,
  type MeteredCall,
  type ModelGrant,
  type ModelQuota,
  quotaKey,
  type QuotaState,
  type ReservedCall,
} from '@millrace/contracts';
import { Estimates, tokensOf } from './estimates.js';
import { FairLine, type Waiting } from './fair-line.js';
import { Ledger } from './ledger.js';
import { isFor, Meter } from './meter.js';

export interface Reserved extends ReservedCall {
  /** The tokens that quotas have counted for it. */
  readonly tokens: number;
}

/** The calls, quotas and counts that a keeper decides by, and the changes that it has not told of yet. */
export class KeeperState {
  readonly meters = new Map<string, Meter>();
  readonly lines = new Map<string, FairLine>();
  /** Calls that wait until a budget has room again. */
  readonly held = new Map<string, Waiting>();
  readonly reserved = new Map<string, Reserved>();
  /** The time at which each process was heard of last. */
  readonly processes = new Map<string, number>();
  readonly ledger: Ledger;
  readonly estimates = new Estimates();
  readonly changed = new Map<string, LedgerEntry | undefined>();
  /** Keys of quotas whose state has changed. */
  readonly touched = new Set<string>();
  /** Calls that have asked and were not answered. */
  readonly asked = new Set<string>();
  grants: ModelGrant[] = [];
  private readonly restored = new Map<string, QuotaState>();

  constructor(entries: Iterable<LedgerEntry>, now: number) {
    const all = [...entries];
    this.ledger = new Ledger(all);
    for (const entry of all) {
      if (entry.kind === 'quota') this.restored.set(ledgerKey(entry), entry);
      if (entry.kind !== 'call') continue;
      this.reserved.set(entry.call.id, { ...entry, tokens: tokensOf(entry.call) });
      this.processes.set(entry.process, now);
    }
  }

  get waiting(): number {
    let sum = this.held.size;
    for (const line of this.lines.values()) sum += line.size;
    return sum;
  }

  get isRunning(): boolean {
    for (const { status } of this.reserved.values()) if (status === 'running') return true;
    return false;
  }

  meter(quota: ModelQuota, now: number): void {
    const key = quotaKey(quota);
    const known = this.meters.get(key);
    if (known) known.configure(quota, now);
    else {
      const made = new Meter(quota, now, this.restored.get(key));
      for (const { call, at, status } of this.reserved.values())
        if (status === 'running' && isFor(quota, call)) made.resume(call.id, Math.min(at, now));
      this.meters.set(key, made);
    }
    this.touched.add(key);
  }

  metersOf(call: MeteredCall): readonly Meter[] {
    return [...this.meters.values()].filter(({ settings }) => isFor(settings, call));
  }

  touch(meters: readonly Meter[]): void {
    for (const { settings } of meters) this.touched.add(quotaKey(settings));
  }

  lineOf(call: MeteredCall): FairLine {
    const name = `${call.provider}/${call.model}`;
    let line = this.lines.get(name);
    if (!line) {
      this.lines.set(name, (line = new FairLine()));
      this.weigh(line, call);
    }
    return line;
  }

  weigh(line: FairLine, call: MeteredCall): void {
    line.weigh(this.metersOf(call).find(({ settings }) => settings.weights)?.settings.weights);
  }

  /** Lists a call as unknown: it may have been made. What it may have cost counts. */
  lose(reserved: Reserved, now: number): void {
    if (reserved.status === 'unknown') return;
    const { call } = reserved;
    const meters = this.metersOf(call);
    for (const meter of meters) meter.forgotten(call.id);
    this.touch(meters);
    this.ledger.release(call, reserved.at);
    this.ledger.count(call, { usage: call.estimate, counted: 'unknown', now });
    const { tokens: _, ...entry } = reserved;
    const unknown: Reserved = { ...reserved, status: 'unknown' };
    this.reserved.set(call.id, unknown);
    this.changed.set(ledgerKey(entry), { ...entry, status: 'unknown' });
  }

  forget(reserved: Reserved): void {
    this.reserved.delete(reserved.call.id);
    this.changed.set(ledgerKey(reserved), undefined);
    if (reserved.status === 'running') this.ledger.release(reserved.call, reserved.at);
  }

  tell(grant: ModelGrant): void {
    if ('id' in grant) this.asked.delete(grant.id);
    this.grants.push(grant);
  }

  /** A budget may have room again for those who wait for it. */
  lookAgain(): void {
    for (const waiting of this.held.values()) this.lineOf(waiting.call).add(waiting);
    this.held.clear();
  }

  waitingFor(quota: ModelQuota): number {
    let sum = 0;
    for (const [name, line] of this.lines) {
      const [provider = '', ...model] = name.split('/');
      if (isFor({ ...quota, tenant: '*' }, { provider, model: model.join('/') })) sum += line.size;
    }
    return sum;
  }
}
