import { loadPlan, type Plan } from '../index.js';

const common = { predecessors: [], deadlineMs: 60_000, onFailure: { default: null } };
const tries = { maxAttempts: 4, initialMs: 250, factor: 1.5, maxMs: 5_000, jitter: 0, maxTotalMs: 60_000 };
const retry = { ...tries, never: ['NOT_ALLOWED'], cases: [{ ...tries, on: ['MODEL_BUSY'] }] };
const fallback = {
  stage: 'send',
  input: { $ref: ['failure'] as [string] },
  on: ['MODEL_BUSY'],
  retry,
  timeoutMs: 1_000,
};
const stage = { kind: 'stage', stage: 'check', input: 1, retry, timeoutMs: 90_000, startTimeoutMs: 3_600_000 } as const;
const inner: Plan = { format: 1, pipeline: 'inner', inputSchema: {}, steps: {}, output: { $ref: ['input', 'text'] } };
const run = { kind: 'run', plan: inner, input: { text: '$x' }, retry, timeoutMs: 90_000 } as const;
const map = {
  kind: 'map',
  over: [1],
  as: 'item',
  concurrency: 8,
  onItemFailure: 'park',
  predecessors: [] as string[],
} as const;
const loop = {
  kind: 'loop',
  as: 'before',
  until: 'before == 1.0',
  max: 2,
  onLimit: 'fail',
  predecessors: [] as string[],
} as const;

/** What a plan can say and a definition in TypeScript cannot: how the run of an item is tried, and what else the steps that do no work may have. */
export const byHand: Plan = loadPlan({
  ...inner,
  pipeline: 'by-hand',
  steps: {
    wait: { kind: 'signal', schema: {}, ...common },
    rest: { kind: 'sleep', ms: 1_500, ...common },
    made: { kind: 'value', value: 1, ...common },
    each: { ...map, work: run },
    again: { ...loop, work: run },
    either: { kind: 'race', branches: { one: run }, predecessors: [] },
    asked: { ...loop, work: { ...stage, fallback } },
    askedOthers: { ...loop, work: { ...stage, fallback: [fallback, fallback] } },
    mapped: { ...map, work: { ...stage, fallback } },
    mappedToOthers: { ...map, work: { ...stage, fallback: [fallback, fallback] } },
  },
} satisfies Plan).plan;
