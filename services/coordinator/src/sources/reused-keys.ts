import type { Incoming } from '@millrace/broker';
import { type Fact, failure, type Failure, type RunRequest } from '@millrace/contracts';
import { canonicalJson } from '@millrace/pipeline/engine';

/** A record of a batch, and the run that it asks for. */
export interface RequestedRun {
  readonly record: Incoming;
  readonly request: Pick<RunRequest, 'run' | 'input'>;
}

/**
 * Returns the records that ask for a run which somebody has started with another input: the same idempotency key and input are the same run, and nothing is to
 * be done; another input under that key would be dropped without a word. A run has the input of who made it before (`before`), else of the first in the
 * batch. Pure.
 */
export function reusedKeys(
  asked: readonly RequestedRun[],
  { before }: { before: ReadonlyMap<string, readonly Fact[]> },
): readonly { record: Incoming; failure: Failure }[] {
  const first = new Map<string, unknown>();
  return asked.flatMap(({ record, request: { run, input } }) => {
    if (!first.has(run)) {
      const [accepted] = before.get(run) ?? [];
      first.set(run, accepted?.type === 'run.accepted' ? accepted.input : input);
    }
    const taken = first.get(run);
    if (taken === input || canonicalJson(taken) === canonicalJson(input)) return [];
    const message = `The run ${run} was started with the same idempotency key and another input.`;
    return [{ record, failure: failure('IDEMPOTENCY_KEY_REUSED', message) }];
  });
}
