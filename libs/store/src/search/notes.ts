import { type ActOutcome, failure, type RunNoteRequested } from '@millrace/contracts';
import type { Acts } from '../letters/acts.js';

/** The kind of the act that a note on a run is. */
export const RUN_NOTE = 'run.note';

/** Keeps notes on runs. A note is an act in the trail, and its text is the reason of the act. */
export class RunNotes {
  constructor(private readonly acts: Acts) {}

  /** Adds a note once, however often it is asked for with the same id. */
  add({ id, at, run, by, text }: RunNoteRequested): Promise<ActOutcome> {
    const act = { id, at, kind: RUN_NOTE, subject: run, by, reason: text, detail: null };
    return this.acts.once(act, async (query) => {
      const [known] = await query('select 1 from runs where id = $1', [run]);
      if (known) return { status: 'applied', unchanged: false };
      return {
        status: 'refused',
        failure: failure('NOT_ALLOWED_NOW', `${run} has not been accepted yet, or is gone.`),
      };
    });
  }
}
