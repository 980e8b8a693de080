import {
  detailsOf,
  failure,
  type Failure,
  isAttempt,
  isStepName,
  isTimeMs,
  jsonFailure,
  readJson,
  RECORD_DEPTH,
  RunEvent,
} from '@millrace/contracts';

/**
 * The events of a record on `runs`. Those that fit are applied even where others beside them do not; for these the failure
 * says what is wrong.
 */
export function readEvents(value: Buffer | null): { events: readonly RunEvent[]; failure: Failure | undefined } {
  const { value: items, fault } = readJson(value ?? '', { maxDepth: RECORD_DEPTH });
  if (fault) return { events: [], failure: jsonFailure(fault) };
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
    isStepName(event.step) &&
    isAttempt(event.attempt) &&
    isTimeMs(event.at) &&
    isTimeMs(event.startedAt) &&
    (event.trace === undefined || (typeof event.trace === 'string' && event.trace.length <= 200)) &&
    isNames(event.next) &&
    isNames(event.skipped)
  );
}

const isNames = (names: unknown): boolean => names === undefined || (Array.isArray(names) && names.every(isStepName));
