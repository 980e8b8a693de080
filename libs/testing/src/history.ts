import type { Fact } from '@millrace/contracts';
import { HANDLER } from '@millrace/pipeline/engine';

/** The fields that differ between two runs that went the same way. */
const VOLATILE = new Set(
  'type step attempt at startedAt due startAt source idempotencyKey plan before parent child handler deadLetter deadLetters trace id timeoutMs'.split(
    ' ',
  ),
);

/**
 * A run's history as text, one line a fact, that of a child run indented below the step whose work it does, that of a handler below the failure. Without ids, times and hashes: two runs that
 * went the same way have the same text.
 */
export function historyOf(run: string, factsOf: (run: string) => readonly Fact[]): string {
  const names = new Map<string, string>();
  return linesOf({ run, name: '<run>', names, factsOf })
    .join('\n')
    .replaceAll(ID, (id) => names.get(id) ?? '<id>');
}

const ID = /\b(?:run|dl)_[0-9a-z]{26}\b/g;

interface Telling {
  readonly run: string;
  readonly name: string;
  /** The name of each run met so far. */
  readonly names: Map<string, string>;
  readonly factsOf: (run: string) => readonly Fact[];
}

function linesOf(options: Telling): string[] {
  options.names.set(options.run, options.name);
  return options.factsOf(options.run).flatMap((fact) => {
    const line = lineOf(fact);
    const [run, work] =
      fact.type === 'step.requested'
        ? [fact.child, fact.step]
        : fact.type === 'run.failed'
          ? [fact.handler, HANDLER]
          : [];
    if (run === undefined) return [line];
    const child = linesOf({ ...options, run, name: `<run of ${work}>` });
    return [line, ...child.map((one) => `  ${one}`)];
  });
}

function lineOf(fact: Fact): string {
  const of = 'step' in fact && fact.step !== undefined ? [fact.step] : [];
  const attempt = 'attempt' in fact && fact.attempt > 1 ? [`(attempt ${fact.attempt})`] : [];
  const rest = Object.entries(fact).filter(([key]) => !VOLATILE.has(key));
  const said = rest.length > 0 ? [JSON.stringify(Object.fromEntries(rest))] : [];
  return [fact.type, ...of, ...attempt, ...said].join(' ');
}
