import {
  detailsOf,
  failure,
  type Failure,
  isStepCommand,
  jsonFailure,
  readJson,
  RECORD_DEPTH,
  StepCommand,
} from '@millrace/contracts';

/** Reads a record's value; a failure where it is no command. */
export function readCommand(value: Buffer | null): { command: StepCommand } | { failure: Failure } {
  if (value === null) return { failure: failure('INVALID_RECORD', 'The record has no value.') };
  const { value: parsed, fault } = readJson(value, { maxDepth: RECORD_DEPTH });
  if (fault) return { failure: jsonFailure(fault) };
  if (isStepCommand(parsed)) return { command: parsed };
  const { data, error } = StepCommand.safeParse(parsed);
  if (data) return { command: data };
  return { failure: failure('INVALID_RECORD', 'The record is not a step’s command.', { details: detailsOf(error) }) };
}

/** Returns the time at which the coordinator sent the command, or the command that led to it by hand-offs. */
export const askedAt = ({ at, asked = at }: StepCommand): number => asked;
