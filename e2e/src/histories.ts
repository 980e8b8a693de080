import type { Fact } from '@millrace/contracts';
import type { Pool } from 'pg';

/** All that happened to each run, child runs included, as the store has it. */
export async function histories(database: Pool): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const { rows } = await database.query<{ run: string; facts: Fact[][] }>(
    'select run, json_agg(facts order by seq) as facts from history group by run',
  );
  return new Map(rows.map(({ run, facts }) => [run, facts.flat()]));
}

/** Steps that have more than one result, of any run. */
export function repeated(map: ReadonlyMap<string, readonly Fact[]>): readonly string[] {
  return [...map].flatMap(([run, facts]) => {
    const steps = facts.flatMap((fact) => (fact.type === 'step.completed' ? [`${run}/${fact.step}`] : []));
    return steps.filter((step, i) => steps.indexOf(step) !== i);
  });
}
