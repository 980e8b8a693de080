import { detailsOf, failure, type Failure, StepCommand } from '@millrace/contracts';

const RUN_ID = /^run_[0-9a-z]{26}$/;

/** Reads a record's value; a failure where it is no command. */
export function readCommand(value: Buffer | null): { command: StepCommand } | { failure: Failure } {
  if (value === null) return { failure: failure('INVALID_RECORD', 'The record has no value.') };
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8'));
  } catch {
    return { failure: failure('INVALID_JSON', 'The record’s value is not JSON.') };
  }
  if (isCommand(parsed)) return { command: parsed };
  const { data, error } = StepCommand.safeParse(parsed);
  if (data) return { command: data };
  return { failure: failure('INVALID_RECORD', 'The record is not a step’s command.', { details: detailsOf(error) }) };
}

/** The same as the schema says, without its cost: this is asked for every record. A no is asked of the schema again. */
function isCommand(parsed: unknown): parsed is StepCommand {
  if (!isObject(parsed)) return false;
  const { run, plan, step, attempt, at, timeoutMs, expires, known, links } = parsed as Partial<StepCommand>;
  return (
    typeof run === 'string' &&
    RUN_ID.test(run) &&
    typeof plan === 'string' &&
    typeof step === 'string' &&
    Number.isSafeInteger(attempt) &&
    attempt! > 0 &&
    Number.isFinite(at) &&
    Number.isFinite(timeoutMs) &&
    timeoutMs! > 0 &&
    Number.isFinite(expires) &&
    (known === undefined || isObject(known)) &&
    (links === undefined || (Array.isArray(links) && links.every((link) => typeof link === 'string')))
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
