import type { Fact } from '@millrace/contracts';

/** A fact as people are shown it: `attempt` is the step's own try, from 1. Where that is another number, `fencingAttempt` is the one that travels. */
export type ShownFact = Fact & { readonly fencingAttempt?: number };

/** Facts about an attempt that is still to come. */
const TO_COME: ReadonlySet<Fact['type']> = new Set([
  'step.retrying',
  'step.lookup',
  'step.lookup-dropped',
  'step.cached',
]);

/** Counts the tries of each step over a run's facts, which it has to see in their order. */
export class OwnAttempts {
  /** The attempts of each step, in the order in which they began. */
  private readonly begun = new Map<string, number[]>();
  /** Steps whose last attempt waits for a model: the next request is for the same attempt. */
  private readonly deferred = new Set<string>();

  /** Returns the fact with the number that people count by. */
  shown(fact: Fact): ShownFact {
    if (!('attempt' in fact) || !('step' in fact)) return fact;
    const own = this.ownOf(fact);
    if (fact.type === 'step.completed') for (const next of fact.next ?? []) this.of(next).push(fact.attempt);
    return own === fact.attempt ? fact : { ...fact, attempt: own, fencingAttempt: fact.attempt };
  }

  private ownOf({ type, step, attempt }: Fact & { readonly step: string; readonly attempt: number }): number {
    const numbers = this.of(step);
    if (type === 'step.requested') {
      if (this.deferred.delete(step)) numbers.pop();
      return numbers.push(attempt);
    }
    if (TO_COME.has(type)) return numbers.length + (this.deferred.has(step) ? 0 : 1);
    if (type === 'step.deferred') this.deferred.add(step);
    return numbers.lastIndexOf(attempt) + 1 || numbers.push(attempt);
  }

  private of(step: string): number[] {
    let numbers = this.begun.get(step);
    if (!numbers) this.begun.set(step, (numbers = []));
    return numbers;
  }
}
