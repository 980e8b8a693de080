import { describe, expect, it } from '@jest/globals';
import { randomId } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { accept, decide } from '../decide/decide.js';

const work = {
  kind: 'stage',
  stage: 'embed',
  input: { $ref: ['item'] },
  retry: { maxAttempts: 1 },
  timeoutMs: 1_000,
};
const mapped = {
  kind: 'map',
  over: { $ref: ['input'] },
  as: 'item',
  work,
  concurrency: 10,
  onItemFailure: 'park',
  predecessors: [],
};
const plan = loadPlan({
  format: 1,
  pipeline: 'mapped',
  inputSchema: {},
  steps: { embed: mapped },
  output: { $ref: ['embed'] },
});
const list = (items: number) => Array.from({ length: items }, (_, n) => n);
const request = (input: unknown) => ({
  run: randomId('run'),
  pipeline: 'mapped',
  input,
  idempotencyKey: undefined,
  at: 1,
  source: 'intake/0/0',
});

describe('A map', () => {
  it('goes over as many items as it may', () => {
    const { requests, run } = accept(request(list(10)), plan, { maxItems: 10 });
    expect([requests.length, run.status]).toEqual([10, 'running']);
  });

  it('of more items than it may have fails its step, says how many there are, and asks for nothing', () => {
    for (const items of [11, 500]) {
      const { requests, events, run, facts } = accept(request(list(items)), plan, { maxItems: 10 });
      expect([requests, events, run.status]).toEqual([[], [], 'dead-lettered']);
      const { failure } = facts.find((fact) => fact.type === 'step.dead-lettered')!;
      expect(failure).toMatchObject({ code: 'TOO_MANY_ITEMS', message: expect.stringContaining(`${items} items`) });
    }
  });

  it('may have more once the setting was raised and its step is sent on again', () => {
    const { run, facts } = accept(request(list(11)), plan, { maxItems: 10 });
    const { step, deadLetter } = facts.find((fact) => fact.type === 'step.dead-lettered')!;
    const again = { type: 'step.redriven', run: run.id, step, deadLetter, at: 2 } as const;
    expect(decide(run, again, { plan, at: 2, maxItems: 20 }).requests).toHaveLength(10);
  });
});
