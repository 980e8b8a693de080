import type { FailureEntry } from './outside-failures.js';

/** The reasons for which an act on a dead letter or a job is refused: a part of `FAILURES`. Problems of the HTTP API have the same names. */
export const LETTER_FAILURES = {
  UNKNOWN_DEAD_LETTER: {
    kind: 'permanent',
    remedy: 'Check the id: `millrace dead-letter list` lists the dead letters.',
  },
  DEAD_LETTER_TAKEN: {
    kind: 'permanent',
    remedy:
      'Look at the dead letter: somebody else has redriven or resolved it. Reopen it if it was resolved by mistake.',
  },
  REDRIVES_USED_UP: {
    kind: 'permanent',
    remedy:
      'Correct the cause first: the letter came back after each redrive. Then redrive it with a higher `maxRedrives`, or resolve it.',
  },
  REDRIVE_REFUSED: {
    kind: 'permanent',
    remedy:
      'Look at the record and send it to its topic yourself: its origin cannot be trusted, because everybody who may write to `dead-letters` can set these headers.',
  },
  NOT_ALLOWED_NOW: {
    kind: 'permanent',
    remedy: 'Choose an action that `allowedActions` of the dead letter or the job names.',
  },
  EFFECTS_NOT_ALLOWED: {
    kind: 'permanent',
    remedy:
      'Replay or compare with `allowEffects` (`--allow-effects`) if the steps that are named shall do their work once more, or from a step behind them.',
  },
  UNKNOWN_JOB: { kind: 'permanent', remedy: 'Check the id: `millrace job list` lists the jobs.' },
} as const satisfies Record<string, FailureEntry>;
