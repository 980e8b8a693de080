import { cut, MOST_OUTCOMES, type OutcomeReported, type OutcomeValue } from '@millrace/contracts';
import { LONGEST_ATTRIBUTE } from '@millrace/pipeline/engine';
import { type Database, floats, type Query, texts } from './database.js';
import type { Dialect } from './dialect.js';
import { columnOf, outcomeNamed, writeFound } from './search/attributes.js';

/** An outcome: it says what became of a run later. */
export interface Outcome {
  readonly id: string;
  readonly run: string;
  readonly at: number;
  readonly name: string;
  readonly value: OutcomeValue;
  readonly comment: string | undefined;
  readonly by: string | undefined;
}

/** An outcome that somebody reports of a run, or of the newest run with an attribute. */
export interface ReportedOutcome extends Omit<OutcomeReported, 'id'> {
  readonly id: string;
  readonly at: number;
}

interface Row extends Omit<Outcome, 'comment' | 'by'> {
  readonly comment: string | null;
  readonly by: string | null;
}

const columnsOf = ({ millis }: Dialect): string => `id, run, ${millis('at')} as at, name, value, comment, by`;

/** Returns the outcomes of a run, the newest first. */
export async function outcomesOf({ query }: Pick<Database, 'query'>, run: string): Promise<readonly Outcome[]> {
  const rows = await query<Row>(
    (dialect) =>
      `select ${columnsOf(dialect)} from outcomes
       where run = $1 order by outcomes.at desc, id desc limit cast($2 as int)`,
    [run, MOST_OUTCOMES],
  );
  return rows.map(outcomeOf);
}

/** Returns all outcomes of runs, the oldest first. */
export async function allOutcomesOf(
  { query }: Pick<Database, 'query'>,
  runs: readonly string[],
): Promise<readonly Outcome[]> {
  const rows = await query<Row>(
    (dialect) => `select ${columnsOf(dialect)} from outcomes where run ${dialect.among('$1')} order by outcomes.at, id`,
    [runs],
  );
  return rows.map(outcomeOf);
}

const outcomeOf = ({ comment, by, at, ...row }: Row): Outcome => ({
  ...row,
  at: Math.round(at),
  comment: comment ?? undefined,
  by: by ?? undefined,
});

/** Keeps what became of runs later. */
export class Outcomes {
  constructor(private readonly database: Database) {}

  /** Keeps outcomes, each once. Returns those of which no run was found; they are not kept. */
  keep(reported: readonly ReportedOutcome[]): Promise<readonly ReportedOutcome[]> {
    return this.database.transaction(async (query) => {
      const unmatched: ReportedOutcome[] = [];
      for (const outcome of reported) {
        const run = await runOf(query, outcome);
        if (run) await keepOne(query, outcome, run);
        else unmatched.push(outcome);
      }
      return unmatched;
    });
  }
}

interface FoundRun {
  readonly id: string;
  readonly acceptedAt: number;
}

async function runOf(query: Query, { run, attribute }: ReportedOutcome): Promise<FoundRun | undefined> {
  if (attribute === undefined) {
    const [found] = await query<FoundRun>(
      ({ millis }) => `select id, ${millis('accepted_at')} as "acceptedAt" from runs where id = $1`,
      [run],
    );
    return found;
  }
  const { name, value, pipeline } = attribute;
  const column = columnOf(value);
  const wanted = column === 'number' ? value : cut(String(value), LONGEST_ATTRIBUTE);
  const [found] = await query<FoundRun>(
    ({ millis }) =>
      `select id, ${millis('runs.accepted_at')} as "acceptedAt"
       from run_attributes join runs on runs.id = run_attributes.run
       where name = $1 and ${column} = cast($2 as ${column === 'number' ? 'float8' : 'text'})
         and (cast($3 as text) is null or runs.pipeline = $3)
       order by run_attributes.accepted_at desc, run_attributes.run desc limit 1`,
    [name, wanted, pipeline ?? null],
  );
  return found;
}

async function keepOne(query: Query, outcome: ReportedOutcome, { id: run, acceptedAt }: FoundRun): Promise<void> {
  const { id, at, name, value, comment, by } = outcome;
  const rows = await query.each<{ id: string }>(
    (row, { time, json }) =>
      `insert into outcomes (id, run, at, name, value, comment, by)
       select id, run, ${time('at')}, name, ${json('value')}, comment, by from ${row} where true
       on conflict (id) do nothing returning id`,
    {
      id: texts([id]),
      run: texts([run]),
      at: floats([at]),
      name: texts([name]),
      value: texts([JSON.stringify(value)]),
      comment: texts([comment ?? null]),
      by: texts([by ?? null]),
    },
  );
  if (rows.length === 0) return;
  const found = typeof value === 'string' ? cut(value, LONGEST_ATTRIBUTE) : value;
  await writeFound(query, [{ run, at: acceptedAt, name: outcomeNamed(name), value: found }]);
}
