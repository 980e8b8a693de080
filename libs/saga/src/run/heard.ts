import type { Fact, RunEvent } from '@millrace/contracts';

/**
 * Returns the outcome of signals from topics that runs were told of: `taken` by their runs, as the facts say, or `returned`, because the
 * step did not wait for them any more.
 */
export function heardSignals(
  events: readonly RunEvent[],
  facts: readonly Fact[],
): { readonly taken: readonly string[]; readonly returned: readonly string[] } {
  const heard = events.flatMap((event) => (event.type === 'step.signalled' && event.correlated ? [event.id] : []));
  const known = new Set(
    facts.flatMap((fact) => (fact.type === 'step.answered' || fact.type === 'step.answer-refused' ? [fact.id] : [])),
  );
  return { taken: heard.filter((id) => known.has(id)), returned: heard.filter((id) => !known.has(id)) };
}
