import type { FinerState, LetterStatus } from '@millrace/contracts';

/** Columns as Kysely reads them: JSON is parsed; times are read as milliseconds, through `Dialect.millis`. */
export interface Tables {
  runs: {
    id: string;
    pipeline: string;
    plan: string;
    status: string;
    accepted_at: unknown;
    ended_at: unknown;
    wake_at: unknown;
    parent: string | null;
    degraded: boolean;
    title: string | null;
    state: FinerState | null;
    failure_code: string | null;
  };
  dead_letters: {
    id: string;
    status: LetterStatus;
    at: unknown;
    run: string | null;
    pipeline: string | null;
    letter: unknown;
    stage: string | null;
    code: string | null;
    /** Null where an earlier version wrote the row while tables were being migrated. */
    fingerprint: string | null;
    redrives: number;
    assignee: string | null;
    desk: unknown;
  };
  plans: { hash: string; pipeline: string; plan: unknown; deployed_at: unknown };
  /** The plans of a pipeline in the order in which each was first deployed, from 1. */
  versions: {
    pipeline: string;
    version: number;
    plan: string;
    deployed_at: unknown;
    by: string | null;
    reason: string | null;
  };
  routes: {
    pipeline: string;
    current: string;
    before: string | null;
    canary: string | null;
    share: number | null;
    paused: unknown;
  };
}
