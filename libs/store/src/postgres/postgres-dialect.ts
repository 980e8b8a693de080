import type { Dialect, Newest } from '../dialect.js';

const millis = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

export const postgresDialect: Dialect = {
  time: (ms) => `to_timestamp(${ms}::float8 / 1000)`,
  millis,
  json: (text) => `${text}::json`,
  searchedJson: (text) => `${text}::jsonb`,
  jsonPath: (names) => names,
  jsonAt(column, path, type) {
    const value = `${column} #>> ${path}::text[]`;
    if (type === 'any') return `(${value})`;
    const is = `json_typeof(${column} #> ${path}::text[])`;
    if (type === 'text') return `case when ${is} = 'string' then ${value} end`;
    return type === 'number'
      ? `case when ${is} = 'number' then (${value})::float8 end`
      : `case when ${is} = 'boolean' then (${value}) = 'true' end`;
  },
  jsonHas: (column, name, text) =>
    `exists (select 1 from json_array_elements_text(coalesce(${column} -> '${name}', '[]'::json)) has(text) where has.text = ${text})`,
  among: (list) => `= any(${list}::text[])`,
  contains: (column, part) => `strpos(${column}::text, ${part}) > 0`,
  factsOf: (list) => `history where run = any(${list}::text[])`,
  bytewise: (column) => `${column} collate "C"`,
  lowerAscii: (column) => `lower(${column} collate "C")`,
  // Without OFFSET the planner may hash the whole table instead.
  lookUp: (table, condition) => `cross join lateral (select * from ${table} where ${condition} offset 0) ${table}`,
  larger: (one, other) => `greatest(${one}, ${other})`,
  forShare: 'for share',
  forUpdate: 'for update',
  skipLocked: 'for update skip locked',
  // The whole snapshot: a transaction that ends after a later one changes only the list of those under way.
  changeMark: 'cast(txid_current_snapshot() as text)',
  now: 'now()',
  // Coordinators of an earlier version wrote their answers to `positions`.
  lastAnswer: `coalesce(answers.answer, nullif(positions.answer, ''))`,
  newest,
};

function newest({ from, select, few, where, order, merged, limit }: Newest, value: (one: unknown) => string): string {
  const relations = few.map(({ column, values }) => {
    const type = typeof values[0] === 'boolean' ? 'bool' : 'text';
    return `unnest(${value(values)}::${type}[]) as merged_${column}(value)`;
  });
  const conditions = few.map(({ column }) => `${from}.${column} = merged_${column}.value`);
  return `select listed.* from ${relations.join(' cross join ')} cross join lateral (
    select ${select} from ${from} where ${[...conditions, ...where].join(' and ')} order by ${order} limit ${limit}::int
  ) listed order by ${merged} limit ${limit}::int`;
}
