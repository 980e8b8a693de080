import type { Fact, RunEvent } from '@millrace/contracts';
import type { Request } from './attempts.js';
import type { Run } from './run.js';

/** Where a run stands now, what was added to its history, which attempts that asks for, and what other runs have to be told. */
export interface Decision {
  readonly run: Run;
  readonly facts: readonly Fact[];
  readonly requests: readonly Request[];
  /** For children and parent. */
  readonly events: readonly RunEvent[];
}
