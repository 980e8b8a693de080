import type { Fact, RunEvent } from '@millrace/contracts';
import type { AttemptRequest } from './attempts.js';
import type { Run } from '../run/run.js';

/** The run's new state, the facts added to its history, the attempts to request, and the notices to other runs. */
export interface Decision {
  readonly run: Run;
  readonly facts: readonly Fact[];
  readonly requests: readonly AttemptRequest[];
  /** For children and parent. */
  readonly events: readonly RunEvent[];
}
