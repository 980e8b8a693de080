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

/**
 * States of a run of which its status does not say all: what it waits for, and that a failed step is due again. `waiting-for-model`: for
 * its turn in a quota, or for a budget. `waiting-for-run`: held behind a parked run
 * of the same hold key.
 */
export const FinerState = z.enum([
  'retrying',
  'waiting-for-model',
  'waiting-for-person',
  'waiting-for-signal',
  'sleeping',
  'waiting-for-run',
]);
export type FinerState = z.infer<typeof FinerState>;

/** The state of a run: its status, or what is more exact. `no-consumer`: no process serves a stage that it waits for. */
export const RunState = z.enum([...RunStatus.options, ...FinerState.options, 'no-consumer']);
export type RunState = z.infer<typeof RunState>;

/** `pending`: its turn has not come. `retrying`: failed, or waiting for a model, and due again. `waiting`: for a signal or a person. */
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
