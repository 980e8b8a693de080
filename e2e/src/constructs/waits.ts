import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { book, square, undo } from './pipelines.js';

const Approval = z.object({ ok: z.boolean() });
const Number = z.object({ n: z.number() });

/** Waits for somebody, for ever. */
export const claims = pipeline({ name: 'claims', input: z.object({ by: z.string() }) }, ({ input, review }) =>
  review('approve', Approval, { assignee: input.by, show: { for: input.by } }),
);

/** Nobody answers: it goes to others, one after the other. */
export const escalated = pipeline({ name: 'escalated', input: z.object({}) }, ({ review }) =>
  review('approve', Approval, {
    assignee: 'ann',
    escalate: [
      { after: '1s', group: 'board' },
      { after: '2s', assignee: 'carl' },
    ],
  }),
);

export const naps = pipeline({ name: 'naps', input: Number }, ({ input, step, sleep }) => {
  const before = step('before', square, { n: input.n });
  const rested = sleep('rest', '2s', { after: [before] });
  return step('after', square, { n: before.square }, { after: [rested] });
});

/** Tried again and again, until its time is over. */
export const late = pipeline({ name: 'late', input: Number }, ({ input, step }) =>
  step(
    'late',
    square,
    { n: input.n, trouble: 'always' },
    {
      retry: { maxAttempts: 1_000, initialMs: 100, factor: 1 },
      deadline: '2s',
      onFailure: { default: { n: 0, square: 0 } },
    },
  ),
);

/** Booked, and kept where somebody confirms it. */
export const tentative = pipeline({ name: 'tentative', input: z.object({}) }, ({ step, signal }) => {
  const room = step('room', book, { what: 'room' }, { compensate: undo });
  return signal('confirm', z.object({ word: z.string() }), { after: [room] });
});

const Items = z.array(z.object({ n: z.number(), trouble: z.enum(['none', 'once', 'always']) }));

/** The same list under each policy for items that fail. */
export const policies = pipeline({ name: 'policies', input: z.object({ items: Items }) }, ({ input, map, step }) => {
  const squares = (name: string, options: object) =>
    map(name, input.items, ({ n, trouble }) => step('square', square, { n, trouble }, { retry: 2 }), options);
  return {
    skip: squares('skip', { onItemFailure: 'skip' }),
    collect: squares('collect', { onItemFailure: 'collect' }),
    tolerate: squares('tolerate', { onItemFailure: { tolerate: 10 } }),
    percent: squares('percent', { onItemFailure: { toleratePercent: 10 } }),
    fail: squares('fail', { onItemFailure: 'fail', onFailure: { default: [] } }),
  };
});

/** Its turn in the stage is what its priority and its tenant say. */
export const turn = pipeline({ name: 'turn', input: Number }, ({ input, step }) =>
  step('square', square, { n: input.n }, { startTimeout: '1h' }),
);

export const WAITS = [claims, escalated, naps, late, tentative, policies, turn];
