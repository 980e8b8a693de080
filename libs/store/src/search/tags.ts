import { type ActOutcome, byWhom, failure, MOST_TAGS, type RunTagRequested } from '@millrace/contracts';
import { type Query, texts } from '../database.js';
import type { Acts } from '../letters/acts.js';

const ADD = (rows: string): string => `
insert into run_tags (run, tag, accepted_at) select runs.id, u.tag, runs.accepted_at from runs, ${rows} where runs.id = u.run
on conflict (run, tag) do nothing`;
const REMOVE = (rows: string): string => `delete from run_tags where (run, tag) in (select u.run, u.tag from ${rows})`;

/** Changes the tags of runs: each change is an act in the trail. */
export class RunTags {
  constructor(private readonly acts: Acts) {}

  /** Adds and removes tags once, however often it is asked for with the same id. */
  change({ id, at, run, add = [], remove = [], by, reason }: RunTagRequested): Promise<ActOutcome> {
    const act = { id, at, kind: 'run.tag', subject: run, by: undefined, reason: undefined, ...byWhom({ by, reason }) };
    return this.acts.once({ ...act, detail: { add, remove } }, async (query) => {
      const [known] = await query('select 1 from runs where id = $1', [run]);
      if (!known) return refused(`${run} has not been accepted yet, or is gone.`);
      const before = await tagsOf(query, run);
      const after = new Set([...before.filter((tag) => !remove.includes(tag)), ...add]);
      if (after.size > MOST_TAGS) return refused(`${run} can have ${MOST_TAGS} tags at most.`);
      const gone = before.filter((tag) => !after.has(tag));
      const fresh = [...after].filter((tag) => !before.includes(tag));
      if (gone.length > 0) await query.each(REMOVE, columnsOf(run, gone));
      if (fresh.length > 0) await query.each(ADD, columnsOf(run, fresh));
      return { status: 'applied', unchanged: gone.length + fresh.length === 0 };
    });
  }
}

const refused = (why: string): ActOutcome => ({ status: 'refused', failure: failure('NOT_ALLOWED_NOW', why) });

const columnsOf = (run: string, tags: readonly string[]) => ({
  run: texts(tags.map(() => run)),
  tag: texts([...tags]),
});

async function tagsOf(query: Query, run: string): Promise<readonly string[]> {
  const rows = await query<{ tag: string }>('select tag from run_tags where run = $1', [run]);
  return rows.map(({ tag }) => tag);
}
