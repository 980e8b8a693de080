import { loadPlan, type Plan } from '../engine.js';

const tries = { maxAttempts: 4, initialMs: 250, factor: 1.5, maxMs: 5_000, jitter: 0, maxTotalMs: 60_000 };
const retry = { ...tries, never: ['NO'], cases: [{ ...tries, on: ['BUSY'] }] };
const fallback = {
  stage: 'send',
  input: { because: { $ref: ['failure', 'code'] } },
  retry,
  timeoutMs: 1_000,
  on: ['NO'],
};
const stage = { kind: 'stage', stage: 'check', input: 1, retry, timeoutMs: 90_000, startTimeoutMs: 3_600_000 } as const;
const asked = { stage: 'check', retry, timeoutMs: 90_000, startTimeoutMs: 3_600_000 };
const inner: Plan = { format: 1, pipeline: 'inner', inputSchema: {}, steps: {}, output: { $ref: ['input', 'text'] } };
const run = { kind: 'run', plan: inner, input: { text: '$x' }, retry, timeoutMs: 90_000 } as const;

const first = { predecessors: [] as string[] };
const given = { ...first, deadlineMs: 60_000, onFailure: { default: null, on: ['NO'] } };
const made = { ...first, deadlineMs: 60_000, onFailure: { give: { $ref: ['failure'] as [string] }, on: ['NO'] } };
const map = { kind: 'map', over: [1], as: 'item', concurrency: 8, onItemFailure: 'park', ...first } as const;
const loop = { kind: 'loop', as: 'before', until: 'before == 1.0', max: 2, onLimit: 'fail', ...first } as const;

/** A plan with what a definition in TypeScript cannot say: how the run of an item is tried, and what else the steps that do no work may have. */
export const byHand: Plan = loadPlan({
  ...inner,
  pipeline: 'by-hand',
  onFailure: { handler: { ...asked, input: { code: { $ref: ['failure', 'code'] }, made: { $ref: ['rest'] } } } },
  steps: {
    wait: { kind: 'signal', schema: {}, ...given },
    rest: { kind: 'sleep', ms: 1_500, ...given },
    restMade: { kind: 'sleep', ms: 1_500, ...made },
    value: { kind: 'value', value: 1, ...given },
    valueMade: { kind: 'value', value: 1, ...made },
    each: { ...map, work: run },
    again: { ...loop, work: run },
    either: { kind: 'race', branches: { one: run }, ...first },
    eachOne: { ...map, work: { ...stage, fallback } },
    eachTwo: { ...map, work: { ...stage, fallback: [fallback, fallback] } },
    againOne: { ...loop, work: { ...stage, fallback } },
    againTwo: { ...loop, work: { ...stage, fallback: [fallback] } },
  },
} satisfies Plan).plan;
