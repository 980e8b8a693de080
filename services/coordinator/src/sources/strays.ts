import { type Failure, failure } from '@millrace/contracts';

/** An event of a record that changes nothing, and why. */
export interface Stray {
  readonly run: string;
  readonly item: number;
  readonly code: 'UNKNOWN_RUN' | 'CONTRADICTS_RUN';
  readonly detail: string;
}

export const UNKNOWN = { code: 'UNKNOWN_RUN', detail: 'is about a run that was never accepted here' } as const;
export const UNASKED = { code: 'CONTRADICTS_RUN', detail: 'asks for a child run that no run here asked for' } as const;
const MOST_DETAILS = 20;

/** Returns the reason for which a record with these strays is a dead letter; undefined where it has none. */
export function failureOf(strays: readonly Stray[]): Failure | undefined {
  const [first] = strays;
  if (!first) return undefined;
  const details = strays.slice(0, MOST_DETAILS).map(({ item, detail }) => ({ pointer: `/${item}`, detail }));
  const which = strays.length === 1 ? 'An event' : `${strays.length} events`;
  return failure(first.code, `${which} of the record changed nothing: the first ${first.detail}.`, { details });
}
