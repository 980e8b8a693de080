import { z } from 'zod';
import { Attempt, StepName, TimeMs, Traceparent } from '../values/values.js';

const RUN_ID = /^run_[0-9a-z]{26}$/;
export const RunId = z.string().regex(RUN_ID);
export const isRunId = (value: unknown): value is string => typeof value === 'string' && RUN_ID.test(value);

/** The fields of an event about a step. */
export const OfStep = { run: RunId, step: StepName, at: TimeMs };
/** The fields of an event about an attempt at a step. */
export const OfAttempt = { ...OfStep, attempt: Attempt, startedAt: TimeMs, trace: Traceparent.optional() };
