import {
  detailsOf,
  failure,
  type Failure,
  isAttempt,
  isStepName,
  isTimeMs,
  jsonFailure,
  LONGEST_MS,
  readJson,
  RECORD_DEPTH,
  StepCommand,
} from '@millrace/contracts';

const RUN_ID = /^run_[0-9a-z]{26}$/;

/** Reads a record's value; a failure where it is no command. */
export function readCommand(value: Buffer | null): { command: StepCommand } | { failure: Failure } {
  if (value === null) return { failure: failure('INVALID_RECORD', 'The record has no value.') };
  const { value: parsed, fault } = readJson(value, { maxDepth: RECORD_DEPTH });
  if (fault) return { failure: jsonFailure(fault) };
  if (isCommand(parsed)) return { command: parsed };
  const { data, error } = StepCommand.safeParse(parsed);
  if (data) return { command: data };
  return { failure: failure('INVALID_RECORD', 'The record is not a step’s command.', { details: detailsOf(error) }) };
}

/** The same as the schema says, without its cost: this is asked for every record. A no is asked of the schema again. */
function isCommand(parsed: unknown): parsed is StepCommand {
  if (!isObject(parsed)) return false;
  const { run, plan, step, attempt, ownAttempt, at, asked, timeoutMs, expires, known, links } =
    parsed as Partial<StepCommand>;
  return (
    typeof run === 'string' &&
    RUN_ID.test(run) &&
    typeof plan === 'string' &&
    isStepName(step) &&
    isAttempt(attempt) &&
    (ownAttempt === undefined || isAttempt(ownAttempt)) &&
    isTimeMs(at) &&
    (asked === undefined || isTimeMs(asked)) &&
    Number.isInteger(timeoutMs) &&
    timeoutMs! > 0 &&
    timeoutMs! <= LONGEST_MS &&
    isTimeMs(expires) &&
    (known === undefined || isObject(known)) &&
    (links === undefined || (Array.isArray(links) && links.every((link) => typeof link === 'string')))
  );
}

/** When the coordinator asked for what a command is a part of: for itself, or for the step that led to it by hand-offs. */
export const askedAt = ({ at, asked = at }: StepCommand): number => asked;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
