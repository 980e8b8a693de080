import {
  detailsOf,
  failure,
  type Failure,
  isStepEnd,
  jsonFailure,
  readJson,
  RECORD_DEPTH,
  RunEvent,
} from '@millrace/contracts';

/** An event and its index in its record. */
export interface ReadEvent {
  readonly item: number;
  readonly event: RunEvent;
}

const MOST_DETAILS = 20;

/**
 * The events of a record on `runs`. Those that fit are applied even where others beside them do not; for these the failure
 * says what is wrong.
 */
export function readEvents(value: Buffer | null): { events: readonly ReadEvent[]; failure: Failure | undefined } {
  const { value: items, fault } = readJson(value ?? '', { maxDepth: RECORD_DEPTH });
  if (fault) return { events: [], failure: jsonFailure(fault) };
  const events: ReadEvent[] = [];
  const details: NonNullable<Failure['details']> = [];
  let wrong = 0;
  for (const [item, given] of (Array.isArray(items) ? items : [items]).entries()) {
    if (isStepEnd(given)) {
      events.push({ item, event: given });
      continue;
    }
    const { data, error } = RunEvent.safeParse(given);
    if (data) events.push({ item, event: data });
    else if (wrong++ < MOST_DETAILS)
      for (const { pointer, detail } of detailsOf(error)) details.push({ pointer: `/${item}${pointer}`, detail });
  }
  if (wrong === 0) return { events, failure: undefined };
  const which = wrong === 1 ? 'An item' : `${wrong} items`;
  const message = `${which} of the record ${wrong === 1 ? 'is' : 'are'} no event of a run.`;
  return { events, failure: failure('INVALID_RECORD', message, { details: details.slice(0, MOST_DETAILS) }) };
}
