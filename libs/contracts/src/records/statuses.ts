import { z } from 'zod';

/**
 * `held`: accepted, and begins at its time or when its turn comes. `paused`: nothing new is begun, however it stands otherwise. `compensating`: what it did is
 * being undone.
 */
export const RunStatus = z.enum([
  'held',
  'running',
  'waiting',
  'paused',
  'compensating',
  'completed',
  'failed',
  'dead-lettered',
  'cancelled',
]);
export type RunStatus = z.infer<typeof RunStatus>;

/** `pending`: its turn has not come. `retrying`: failed, and due again. `waiting`: for a signal or a person. */
export const StepStatus = z.enum([
  'pending',
  'running',
  'retrying',
  'waiting',
  'completed',
  'skipped',
  'failed',
  'dead-lettered',
  'cancelled',
]);
export type StepStatus = z.infer<typeof StepStatus>;

/** Nothing more happens to such a run by itself. */
export const isOver = (status: RunStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
