import { type ActOutcome, type LetterAct, type LetterActRequested, type LetterStatus } from '@millrace/contracts';
import type { Query } from '../database.js';
import { keepResolved, lockLinesOf } from '../holds/resolved-letters.js';
import type { Acts } from './acts.js';
import { settleItem } from './job-items.js';
import { type KeptLetter, LETTER_COLUMNS, type LetterDesk, letterOf, type LetterRow } from './letter.js';

/** The changes that an act makes to a letter; what it leaves out stays. */
export interface LetterChange {
  readonly outcome: ActOutcome;
  readonly status?: LetterStatus;
  /** Null: assigned to nobody. */
  readonly assignee?: string | null;
  readonly desk?: LetterDesk;
}

/** Applies acts on dead letters. */
export class Letters {
  constructor(private readonly acts: Acts) {}

  /** Applies an act once. `decide` is told how the letter stands (undefined: there is none) and says what changes: of two acts that exclude each other the first counts. */
  act(request: LetterActRequested, decide: (now: KeptLetter | undefined) => LetterChange): Promise<ActOutcome> {
    const { id, at, letter, act, by, reason } = request;
    const record = { id, at, kind: `dead-letter.${act.do}`, subject: letter, by, reason, detail: detailOf(act) };
    const movesLine = act.do === 'resolve' || act.do === 'reopen';
    return this.acts.once(record, async (query) => {
      const runs = movesLine ? await runOf(query, letter) : [];
      await lockLinesOf(query, runs);
      const [row] = await query<LetterRow>(
        ({ forUpdate }) => `select ${LETTER_COLUMNS} from dead_letters where id = $1 ${forUpdate}`,
        [letter],
      );
      const change = decide(row && letterOf(row));
      await write(query, letter, change);
      if (change.status !== undefined) await keepResolved(query, runs, at);
      if (act.do === 'redrive' && act.job !== undefined)
        await settleItem(query, { job: act.job, letter, outcome: change.outcome, at });
      return change.outcome;
    });
  }
}

async function runOf(query: Query, letter: string): Promise<readonly string[]> {
  const rows = await query<{ run: string }>('select run from dead_letters where id = $1 and run is not null', [letter]);
  return rows.map(({ run }) => run);
}

/** Returns the rest of an act for the trail. Notes and inputs stand with the letter. */
function detailOf(act: LetterAct): unknown {
  switch (act.do) {
    case 'redrive': {
      const { maxRedrives, job, input, plan } = act;
      return {
        ...(input !== undefined && { edited: true }),
        ...(plan !== undefined && { plan }),
        ...(maxRedrives !== undefined && { maxRedrives }),
        ...(job !== undefined && { job }),
      };
    }
    case 'assign':
      return { to: act.to ?? null };
    case 'tag':
      return { add: act.add ?? [], remove: act.remove ?? [] };
    case 'link':
      return { url: act.url };
    case 'note':
    case 'resolve':
    case 'reopen':
      return null;
  }
}

async function write(query: Query, id: string, { status, assignee, desk }: LetterChange): Promise<void> {
  if (status !== undefined) await query('update dead_letters set status = $2 where id = $1', [id, status]);
  if (assignee !== undefined) await query('update dead_letters set assignee = $2 where id = $1', [id, assignee]);
  if (desk !== undefined)
    await query(({ json }) => `update dead_letters set desk = ${json('$2')} where id = $1`, [id, JSON.stringify(desk)]);
}
