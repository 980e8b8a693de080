import { detailsOf, failure, type Failure, RunEvent } from '@millrace/contracts';

/**
 * The events of a record on `runs`. Those that fit are applied even where others beside them do not; for these the failure
 * says what is wrong.
 */
export function readEvents(value: Buffer | null): { events: readonly RunEvent[]; failure: Failure | undefined } {
  let items: unknown;
  try {
    items = JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    return { events: [], failure: failure('INVALID_JSON', 'The record’s value is not JSON.') };
  }
  const events: RunEvent[] = [];
  let wrong: Failure | undefined;
  for (const item of Array.isArray(items) ? items : [items]) {
    if (isStepEnd(item)) {
      events.push(item);
      continue;
    }
    const parsed = RunEvent.safeParse(item);
    if (parsed.success) events.push(parsed.data);
    else
      wrong ??= failure('INVALID_RECORD', 'An item of the record is no event of a run.', {
        details: detailsOf(parsed.error),
      });
  }
  return { events, failure: wrong };
}

const RUN_ID = /^run_[0-9a-z]{26}$/;

/** Nearly all events are these: told by hand, because the schema takes ten times as long. As strict as the schema in what `decide` reads. */
function isStepEnd(item: unknown): item is RunEvent {
  if (typeof item !== 'object' || item === null) return false;
  const event = item as Record<string, unknown>;
  return (
    event.type === 'step.completed' &&
    typeof event.run === 'string' &&
    RUN_ID.test(event.run) &&
    typeof event.step === 'string' &&
    Number.isInteger(event.attempt) &&
    typeof event.at === 'number' &&
    typeof event.startedAt === 'number' &&
    (event.trace === undefined || typeof event.trace === 'string') &&
    isNames(event.next) &&
    isNames(event.skipped)
  );
}

const isNames = (names: unknown): boolean =>
  names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'));
