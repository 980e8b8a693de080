import { z } from 'zod';
import { MappingSchema } from './plan-mapping.js';
import { Starts } from './starts.js';

export type { Mapping } from './plan-mapping.js';

/** `maxAttempts` counts the first one. The nth retry waits `initialMs × factor^(n-1)`, at most `maxMs`, less up to `jitter` of it. */
export const RetryPolicy = z.object({
  maxAttempts: z.int().min(1).default(3),
  initialMs: z.number().positive().default(1_000),
  factor: z.number().min(1).default(2),
  maxMs: z.number().positive().default(60_000),
  jitter: z.number().min(0).max(1).default(0.2),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

const Common = {
  /** Steps that end before this one begins; the least that say so (transitively reduced). */
  predecessors: z.array(z.string()),
  /** CEL over `input` and the steps' names; without it the step is always wanted. A step that is not wanted is skipped: it ends without an output. */
  when: z.string().optional(),
  /** Used as the output when the step fails for good, instead of a dead letter. */
  onFailure: z.object({ default: z.json() }).optional(),
};

export const StageStep = z.object({
  kind: z.literal('stage'),
  stage: z.string(),
  input: MappingSchema,
  retry: RetryPolicy,
  /** Milliseconds that one attempt may take, from when its stage starts it. */
  timeoutMs: z.number().positive(),
  /** Milliseconds that an attempt may wait for its stage to take it: what ends a step whose stage is down. */
  startTimeoutMs: z.number().positive().default(600_000),
  /** Asked with the same step name when the stage fails for good. */
  fallback: z
    .object({ stage: z.string(), input: MappingSchema, retry: RetryPolicy, timeoutMs: z.number().positive() })
    .optional(),
  ...Common,
});

/** `review`: a person answers. `signal`: a system does. The answer is the step's output. */
export const WaitStep = z.object({
  kind: z.enum(['review', 'signal']),
  /** JSON Schema of the answer. */
  schema: z.json(),
  /** What the person is shown. */
  show: MappingSchema.optional(),
  timeoutMs: z.number().positive().optional(),
  ...Common,
});

export const PlanStep = z.discriminatedUnion('kind', [StageStep, WaitStep]);
export type PlanStep = z.infer<typeof PlanStep>;
export type StageStep = z.infer<typeof StageStep>;
export type WaitStep = z.infer<typeof WaitStep>;

/** A compiled pipeline: plain JSON, immutable, named by the hash of its content. Steps stand in an order in which they could run. */
export const Plan = z.object({
  format: z.literal(1),
  pipeline: z.string(),
  /** JSON Schema of the run's input. */
  inputSchema: z.json(),
  steps: z.record(z.string(), PlanStep),
  output: MappingSchema,
  /** What begins runs by itself, and how many may be under way at once. */
  starts: Starts.optional(),
});
export type Plan = z.infer<typeof Plan>;
