import { detailsOf, failure, type Failure } from '../failures.js';
import { isStepCommand, isStepEnd } from '../record-guards.js';
import { jsonFailure, readJson, RECORD_DEPTH } from '../values/json.js';
import { DeploymentRequest } from './deployments.js';
import { Control, RunEvent, StepCommand } from './records.js';

type Value = Uint8Array | null;

/** Reads a command; a failure where the record is none. */
export function readCommand(value: Value): { command: StepCommand } | { failure: Failure } {
  if (value === null) return { failure: failure('INVALID_RECORD', 'The record has no value.') };
  const { value: parsed, fault } = readJson(value, { maxDepth: RECORD_DEPTH });
  if (fault) return { failure: jsonFailure(fault) };
  if (isStepCommand(parsed)) return { command: parsed };
  const { data, error } = StepCommand.safeParse(parsed);
  if (data) return { command: data };
  return { failure: failure('INVALID_RECORD', 'The record is not a step’s command.', { details: detailsOf(error) }) };
}

/** An event and its index in its record. */
export interface ReadEvent {
  readonly item: number;
  readonly event: RunEvent;
}

const MOST_DETAILS = 20;

/**
 * Reads the events of a record on `runs`. Those that fit are applied even where others beside them do not; for these the failure
 * says what is wrong.
 */
export function readEvents(value: Value): { events: readonly ReadEvent[]; failure: Failure | undefined } {
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

/** Reads a notice to all services; undefined where the record is none. */
export const readControl = (value: Value): Control | undefined => Control.safeParse(readJson(value ?? '').value).data;

/** Reads a request to the installation; a failure where the record is none. */
export function readDeploymentRequest(value: Value): { request: DeploymentRequest } | { failure: Failure } {
  const { value: json, fault } = readJson(value ?? '', { maxDepth: RECORD_DEPTH });
  if (fault) return { failure: jsonFailure(fault) };
  const { data, error } = DeploymentRequest.safeParse(json);
  if (data) return { request: data };
  return { failure: failure('INVALID_RECORD', 'The record asks for no deployment.', { details: detailsOf(error) }) };
}
