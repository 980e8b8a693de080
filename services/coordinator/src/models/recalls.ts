import type { Away, FairLine } from './fair-line.js';
import type { KeeperState } from './keeper-state.js';

/** A step whose call of a model is away, and comes back now. */
export interface Recall {
  readonly run: string;
  readonly step: string;
}

/** Stages hold the calls of this time, so that no turn is lost while steps come back. */
const AHEAD_MS = 5_000;
const MOST_AHEAD = 500;
/** The interval between two looks. */
const LOOK_MS = 500;
/** The news that a step has left its stage takes so long to arrive at its run. */
const SETTLED_MS = 2_000;
/** A step that has not come back is recalled again. */
const AGAIN_MS = 5_000;
const MOST_RECALLS = 3;
/** The calls of a line that one look passes over because their budgets have no room. */
const MOST_HELD = 10;

/** Recalls the steps of calls that are away, in a fair order, before those that wait in stages run out. */
export class Recalls {
  private next = -Infinity;

  constructor(private readonly state: KeeperState) {}

  /** Looks for calls whose turn is near; returns their steps, and the milliseconds until the next look. */
  look(now: number): { readonly recalls: readonly Recall[]; readonly wakeInMs: number } {
    const lines = [...this.state.lines.values()].filter(({ away }) => away > 0);
    if (lines.length === 0) return { recalls: [], wakeInMs: Infinity };
    if (now < this.next) return { recalls: [], wakeInMs: this.next - now };
    this.next = now + LOOK_MS;
    return { recalls: lines.flatMap((line) => [...this.recalled(line, now)]), wakeInMs: LOOK_MS };
  }

  private *recalled(line: FairLine, now: number): Iterable<Recall> {
    for (const { away, waiting, share } of line.branchesAway()) {
      const [first] = away;
      let missing = first ? this.wanted(first, { share, now }) - waiting : 0;
      let held = 0;
      for (const one of away) {
        if (missing <= 0 || held > MOST_HELD) break;
        if (now - one.leftAt < SETTLED_MS) continue;
        if (now - one.recalledAt < AGAIN_MS) missing--;
        else if (one.recalls >= MOST_RECALLS) {
          this.state.returned(line, one.call.id);
          line.forget(one.call.id);
        } else if (this.state.ledger.check(one.call, now).is !== 'free') held++;
        else {
          missing--;
          one.recalls++;
          one.recalledAt = now;
          yield { run: one.call.run, step: one.call.step };
        }
      }
    }
  }

  /** The calls of a tenant and a pipeline that stages should hold now. */
  private wanted({ call }: Pick<Away, 'call'>, { share, now }: { share: number; now: number }): number {
    const tokens = this.state.estimates.tokensFor(call);
    let most = MOST_AHEAD;
    for (const meter of this.state.metersOf(call)) {
      const { perMs, concurrency = Infinity } = meter.settings;
      if (meter.pausedMs(now) > AHEAD_MS) return 0;
      most = Math.min(most, concurrency, AHEAD_MS / (meter.shareOf({ tokens }) * perMs));
    }
    return Math.max(1, Math.ceil(most * share));
  }
}
