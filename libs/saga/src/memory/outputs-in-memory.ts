import type { CacheableOutput, CacheChanges, CacheLookup, LookedUp } from '../run/cache-changes.js';

interface Kept extends CacheableOutput {
  readonly storedAt: number;
}

interface Pending extends CacheLookup {
  state: 'waits' | 'to-tell' | 'executing';
  hit?: Kept;
}

const isOf = (place: Pick<CacheLookup, 'run' | 'step'>, { run, step }: Pending): boolean =>
  place.run === run && place.step === step;

/** Outputs of steps and the lookups of them, in memory: what the store keeps in tables. Of those who ask for the same the first executes it. */
export class OutputsInMemory {
  private readonly outputs = new Map<string, Kept>();
  private pending: Pending[] = [];

  keep({ lookups, executing, outputs, ended, at }: CacheChanges): void {
    this.pending = this.pending.filter((one) => !ended.some((place) => isOf(place, one)));
    for (const output of outputs) this.outputs.set(output.key, { ...output, storedAt: at });
    for (const lookup of lookups) this.pending.push({ ...lookup, state: 'waits' });
    for (const place of executing) for (const one of this.pending) if (isOf(place, one)) one.state = 'executing';
    this.match(at);
  }

  /** Returns what runs have to hear, once. */
  told(): readonly LookedUp[] {
    const told = this.pending.filter(({ state }) => state === 'to-tell');
    for (const one of told) one.state = 'executing';
    return told.map(({ run, step, attempt, hit }) => ({
      run,
      step,
      attempt,
      hit: hit && { output: hit.output, storedAt: hit.storedAt, executedBy: hit.run, summary: hit.summary },
    }));
  }

  private match(at: number): void {
    for (const one of this.pending) {
      if (one.state !== 'waits') continue;
      const kept = this.outputs.get(one.key);
      const isFresh = kept && kept.expiresAt > at && one.freshFrom !== undefined && kept.storedAt >= one.freshFrom;
      const isTaken = this.pending.some((other) => other.key === one.key && other.state !== 'waits' && !other.hit);
      if (isFresh) Object.assign(one, { state: 'to-tell', hit: kept });
      else if (!isTaken) one.state = 'to-tell';
    }
  }
}
