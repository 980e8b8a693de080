import type { RunStatus } from '@millrace/contracts';
import type { Filter } from '@millrace/pipeline/engine';

/** The runs that a list is asked for. */
export interface RunFilter {
  readonly status?: RunStatus;
  readonly pipeline?: string;
  /** Child runs of this one, instead of those that somebody asked for. */
  readonly parent?: string;
  readonly degraded?: boolean;
  /** Fields that a list cannot be ordered by: see `RUN_FIELDS`. */
  readonly where?: Filter | undefined;
}
