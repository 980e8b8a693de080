import { Priority } from './records/limits.js';
import { isRunId } from './records/of-step.js';
import type { RunEvent, StepCommand } from './records/records.js';
import { isAttempt, isStepName, isText, isTimeMs, LONGEST_MS } from './values/values.js';

/**
 * Says whether a value is a step's command without the cost of the schema: this is asked for every record. The guard accepts only what `StepCommand`
 * accepts; a value that the guard does not accept is given to the schema.
 */
export function isStepCommand(value: unknown): value is StepCommand {
  if (!isObject(value)) return false;
  const { run, plan, step, attempt, ownAttempt, at, asked, timeoutMs, expires, known, priority, tenant, alone, links } =
    value;
  return (
    isRunId(run) &&
    isShort(plan, 2_000) &&
    isStepName(step) &&
    isAttempt(attempt) &&
    isOptional(ownAttempt, isAttempt) &&
    isTimeMs(at) &&
    isOptional(asked, isTimeMs) &&
    isDuration(timeoutMs) &&
    isTimeMs(expires) &&
    isOptional(known, isKnown) &&
    isOptional(priority, (one) => PRIORITIES.has(one)) &&
    isOptional(tenant, (one) => isShort(one, 200)) &&
    isOptional(alone, (one) => one === true) &&
    isOptional(links, (list) => Array.isArray(list) && list.every((link) => isTraceparent(link)))
  );
}

/** The same for `StepCompleted`, which nearly all events are. Events with what is rarely there are given to the schema. */
export function isStepEnd(value: unknown): value is RunEvent & { type: 'step.completed' } {
  if (
    !isObject(value) ||
    value.type !== 'step.completed' ||
    'insteadOf' in value ||
    'degraded' in value ||
    'calls' in value
  )
    return false;
  const { run, step, attempt, at, startedAt, trace, next, skipped, summary } = value;
  return (
    isRunId(run) &&
    isStepName(step) &&
    isAttempt(attempt) &&
    isTimeMs(at) &&
    isTimeMs(startedAt) &&
    isOptional(trace, isTraceparent) &&
    isOptional(next, isNames) &&
    isOptional(skipped, isNames) &&
    isOptional(summary, (line) => isShort(line, 200))
  );
}

const PRIORITIES: ReadonlySet<unknown> = new Set(Priority.options);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOptional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const isShort = (value: unknown, max: number): boolean =>
  typeof value === 'string' && value.length >= 1 && value.length <= max && isText(value);
const isTraceparent = (value: unknown): boolean => typeof value === 'string' && value.length <= 200 && isText(value);
const isDuration = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LONGEST_MS;
const isKnown = (value: unknown): boolean => isObject(value) && Object.keys(value).every(isStepName);
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every(isStepName);
