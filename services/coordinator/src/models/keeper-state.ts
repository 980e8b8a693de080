import {
  type LedgerEntry,
  ledgerKey,
  type MeteredCall,
  type ModelGrant,
  type ModelQuota,
  quotaKey,
  type QuotaState,
  type ReservedCall,
  waitingKey,
} from '@millrace/contracts';
import { Estimates, tokensOf } from './estimates.js';
import { FairLine, type Waiting } from './fair-line.js';
import { Ledger } from './ledger.js';
import { isFor, Meter } from './meter.js';

/** The calls that are listed as unknown at most, the newest ones. */
const MOST_LISTED = 10_000;

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
  /** Calls of which nobody can say whether they were made, by their key in the ledger. */
  readonly unknown = new Map<string, ReservedCall>();
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
      if (entry.kind === 'waiting') this.lineOf(entry.call).leave(entry, entry.leftAt);
      if (entry.kind !== 'call') continue;
      if (entry.status === 'unknown') this.unknown.set(ledgerKey(entry), entry);
      else {
        this.reserved.set(entry.call.id, { ...entry, tokens: tokensOf(entry.call) });
        this.processes.set(entry.process, now);
      }
    }
  }

  get waiting(): number {
    let sum = this.held.size;
    for (const line of this.lines.values()) sum += line.size;
    return sum;
  }

  get isRunning(): boolean {
    return this.reserved.size > 0;
  }

  meter(quota: ModelQuota, now: number): void {
    const key = quotaKey(quota);
    const known = this.meters.get(key);
    if (known) known.configure(quota, now);
    else {
      const made = new Meter(quota, now, this.restored.get(key));
      for (const { call, at } of this.reserved.values())
        if (isFor(quota, call)) made.resume(call.id, Math.min(at, now));
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

  /** A call waits on while its step is in no stage. */
  leave({ call, process, since }: Waiting, now: number): void {
    const leftAt = Math.round(now);
    const away = this.lineOf(call).leave({ call, process, since }, leftAt);
    if (!away) return;
    const entry: LedgerEntry = { kind: 'waiting', call, process, since: Math.round(away.since), leftAt };
    this.changed.set(ledgerKey(entry), entry);
  }

  /** The step of a call has come back, or does not any more. */
  returned(line: FairLine, id: string): void {
    if (line.isAway(id)) this.changed.set(waitingKey(id), undefined);
  }

  weigh(line: FairLine, call: MeteredCall): void {
    line.weigh(this.metersOf(call).find(({ settings }) => settings.weights)?.settings.weights);
  }

  /** Gives up a call that may have been made. */
  lose(reserved: Reserved, now: number): void {
    const { call } = reserved;
    const meters = this.metersOf(call);
    for (const meter of meters) meter.forgotten(call.id);
    this.touch(meters);
    this.forget(reserved);
    const { tokens: _, ...entry } = reserved;
    this.list(entry, now);
  }

  /** Lists a call as unknown. What it may have cost counts. */
  list(lost: ReservedCall, now: number): void {
    const entry: ReservedCall = { ...lost, status: 'unknown' };
    const key = ledgerKey(entry);
    if (this.unknown.has(key)) return;
    this.ledger.count(entry.call, { usage: entry.call.estimate, counted: 'unknown', now });
    this.unknown.set(key, entry);
    this.changed.set(key, entry);
    for (const [oldest] of this.unknown) {
      if (this.unknown.size <= MOST_LISTED) break;
      this.unlist(oldest);
    }
  }

  /** Lists a call as unknown no more. */
  unlist(key: string): boolean {
    if (!this.unknown.delete(key)) return false;
    this.changed.set(key, undefined);
    return true;
  }

  forget(reserved: Reserved): void {
    this.reserved.delete(reserved.call.id);
    this.changed.set(ledgerKey(reserved), undefined);
    this.ledger.release(reserved.call, reserved.at);
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
