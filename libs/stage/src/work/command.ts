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

/** When the coordinator asked for what a command is a part of: for itself, or for the step that led to it by hand-offs. */
export const askedAt = ({ at, asked = at }: StepCommand): number => asked;
