import {
  type LedgerEntry,
  ledgerKey,
  type ModelBudget,
  type ModelCallEvent,
  type ModelGrant,
  type ModelPrices,
  type ModelQuota,
  quotaKey,
  type ReservedCall,
} from '@millrace/contracts';
import { usedBy } from './estimates.js';
import type { Waiting } from './fair-line.js';
import { KeeperState, type Reserved } from './keeper-state.js';
import { dayOf } from './ledger.js';
import { type Recall, Recalls } from './recalls.js';
import { Serving } from './serving.js';

export interface KeeperSettings {
  readonly quotas: readonly ModelQuota[];
  readonly budgets: readonly ModelBudget[];
  readonly prices: ModelPrices | undefined;
}

export interface Decided {
  readonly grants: readonly ModelGrant[];
  /** Lines of the ledger by key; undefined for one that is there no more. */
  readonly changed: ReadonlyMap<string, LedgerEntry | undefined>;
  /** The steps that have left their stages until a model may be called, and come back now. */
  readonly recalls: readonly Recall[];
  /** Somebody's turn may have come by then. */
  readonly wakeInMs: number | undefined;
}

type Ended = Extract<ModelCallEvent, { type: 'call.ended' }>;
type Alive = Extract<ModelCallEvent, { type: 'process.alive' }>;

/** A process that has not been heard of for so long has died. */
const SILENT_MS = 15_000;
/** A call whose process does not know of its grant after so long was never made. */
const UNHEARD_MS = 10_000;
/** A call whose end is unknown is listed for so long. */
const LISTED_MS = 7 * 86_400_000;
/** The shortest time between two looks at who waits. */
const SOONEST_MS = 20;

/**
 * Decides whose turn it is to call a model, for all processes: by quotas and budgets, in a fair order, from what processes tell.
 * Does no I/O; time is passed in, and counts from any origin that does not go back while this keeper lives.
 */
export class Keeper {
  private readonly state: KeeperState;
  private readonly serving: Serving;
  private readonly recalls: Recalls;
  /** A call has used less than it had reserved. */
  private released = false;
  private day: string;

  constructor(entries: Iterable<LedgerEntry>, now: number) {
    this.state = new KeeperState(entries, now);
    this.serving = new Serving(this.state);
    this.recalls = new Recalls(this.state);
    this.day = dayOf(now);
  }

  configure({ quotas, budgets, prices }: KeeperSettings, now: number): void {
    const reservations = [...this.state.reserved.values()];
    for (const { call, at } of reservations) this.state.ledger.release(call, at);
    this.state.ledger.configure(budgets, prices);
    for (const { call, at } of reservations) this.state.ledger.reserve(call, at);
    const keys = new Set(quotas.map(quotaKey));
    for (const key of [...this.state.meters.keys()]) {
      if (keys.has(key)) continue;
      this.state.meters.delete(key);
      this.state.changed.set(key, undefined);
    }
    for (const quota of quotas) this.state.meter(quota, now);
    for (const line of this.state.lines.values()) for (const { call } of line) this.state.weigh(line, call);
    this.state.lookAgain();
  }

  take(event: ModelCallEvent, now: number): void {
    if ('process' in event) this.state.processes.set(event.process, now);
    switch (event.type) {
      case 'call.asked':
        return this.ask({ call: event.call, process: event.process, since: now }, now);
      case 'call.ended':
        return this.end(event, now);
      case 'process.alive':
        return this.hear(event, now);
      case 'keeper.woken':
        return;
    }
  }

  decide(now: number): Decided {
    this.bury(now);
    if (dayOf(now) !== this.day || this.released) this.state.lookAgain();
    [this.day, this.released] = [dayOf(now), false];
    let wakeInMs = this.state.waiting > 0 || this.state.isRunning ? SILENT_MS : Infinity;
    for (const line of this.state.lines.values()) wakeInMs = Math.min(wakeInMs, this.serving.serve(line, now));
    this.serving.tellWaiting(now);
    const recalled = this.recalls.look(now);
    wakeInMs = Math.min(wakeInMs, recalled.wakeInMs);
    for (const key of this.state.touched) {
      const meter = this.state.meters.get(key);
      if (meter) this.state.changed.set(key, meter.state(this.state.waitingFor(meter.settings), now));
    }
    this.state.touched.clear();
    for (const [key, entry] of this.state.ledger.changes(now)) this.state.changed.set(key, entry);
    const { recalls } = recalled;
    const decided = { grants: this.state.grants, changed: new Map(this.state.changed), recalls };
    this.state.grants = [];
    this.state.changed.clear();
    return { ...decided, wakeInMs: wakeInMs === Infinity ? undefined : Math.max(SOONEST_MS, Math.ceil(wakeInMs)) };
  }

  private ask(waiting: Waiting, now: number): void {
    const { call, process } = waiting;
    const before = this.state.reserved.get(call.id);
    if (before?.process === process) return this.state.tell({ is: 'granted', id: call.id, process });
    // Its former owner has died or lost the work, and may have made the call.
    if (before) this.state.lose(before, now);
    this.state.held.delete(call.id);
    const line = this.state.lineOf(call);
    this.state.returned(line, call.id);
    line.add(waiting);
    this.state.asked.add(call.id);
    this.state.touch(this.state.metersOf(call));
  }

  private end(event: Ended, now: number): void {
    if (event.returns) return this.leave(event, now);
    const { call, outcome, process } = event;
    this.state.held.delete(call.id);
    const line = this.state.lines.get(`${call.provider}/${call.model}`);
    if (line) this.state.returned(line, call.id);
    line?.forget(call.id);
    const waited = line?.remove(call.id);
    const reserved = this.state.reserved.get(call.id);
    const at = Math.round(now);
    const lost: ReservedCall = { kind: 'call', call, process, at, until: at, status: 'unknown' };
    if (reserved && reserved.process === process) this.settle(reserved, event, now);
    else if (outcome === 'unknown') {
      if (event.unasked) this.state.list(lost, now);
    }
    // It has been counted as estimated.
    else if (this.state.unlist(ledgerKey(lost)) || reserved || waited) return;
    else if (event.unasked && outcome === 'answered') this.state.ledger.count(call, { ...usedBy(event), now });
  }

  /** A call whose step has left its stage keeps its turn. */
  private leave(event: Ended, now: number): void {
    const { call, process } = event;
    const reserved = this.state.reserved.get(call.id);
    const line = this.state.lineOf(call);
    const waiting = line.get(call.id) ?? this.state.held.get(call.id) ?? reserved;
    if (waiting && waiting.process !== process) return;
    const since = this.state.held.get(call.id)?.since ?? reserved?.at ?? now;
    this.state.held.delete(call.id);
    this.state.asked.delete(call.id);
    if (reserved) this.settle(reserved, event, now);
    this.state.leave({ call, process, since }, now);
    this.state.touch(this.state.metersOf(call));
  }

  private settle(reserved: Reserved, event: Ended, now: number): void {
    const { call, tokens } = reserved;
    if (event.outcome === 'unknown') return this.state.lose(reserved, now);
    const meters = this.state.metersOf(call);
    this.state.forget(reserved);
    this.released = true;
    const { usage, counted } = usedBy(event);
    const used = usage.input + usage.output;
    if (event.outcome === 'answered') {
      if (counted === 'reported') this.state.estimates.learn(call, used);
      this.state.ledger.count(call, { usage, counted, now });
    }
    for (const meter of meters) {
      if (event.outcome === 'answered') meter.answered(call.id, { tokens: used - tokens }, now);
      else if (event.outcome === 'rejected') meter.rejected(call.id, { tokens, retryAfterMs: event.retryAfterMs }, now);
      else if (event.outcome === 'failed') meter.failed(call.id, now);
      else meter.withdrawn(call.id, tokens, now);
      if (event.exhaustedMs !== undefined) meter.exhausted(event.exhaustedMs, now);
    }
    this.state.touch(meters);
  }

  private hear({ process, waiting, running }: Alive, now: number): void {
    const alive = new Set([...waiting, ...running]);
    const unknown: string[] = [];
    for (const id of waiting) {
      const reserved = this.state.reserved.get(id);
      if (reserved?.process === process) this.state.tell({ is: 'granted', id, process });
      else if (!this.state.held.has(id) && ![...this.state.lines.values()].some((line) => line.get(id)))
        unknown.push(id);
    }
    if (unknown.length > 0) this.state.tell({ is: 'unknown', process, ids: unknown });
    for (const reserved of this.state.reserved.values()) {
      if (reserved.process !== process || alive.has(reserved.call.id)) continue;
      if (now - reserved.at > UNHEARD_MS) this.state.lose(reserved, now);
    }
  }

  /** Nobody will tell of the end of these calls, or wait for their turn. */
  private bury(now: number): void {
    for (const [process, heard] of this.state.processes) {
      if (now - heard <= SILENT_MS) continue;
      this.state.processes.delete(process);
      for (const line of this.state.lines.values())
        for (const { call, process: of } of [...line]) if (of === process) line.remove(call.id);
      for (const [id, waiting] of this.state.held) if (waiting.process === process) this.state.held.delete(id);
      for (const reserved of this.state.reserved.values())
        if (reserved.process === process) this.state.lose(reserved, now);
    }
    for (const reserved of this.state.reserved.values()) {
      if (now > reserved.until) this.state.lose(reserved, now);
    }
    for (const [key, { until }] of this.state.unknown) if (now > until + LISTED_MS) this.state.unlist(key);
  }
}
