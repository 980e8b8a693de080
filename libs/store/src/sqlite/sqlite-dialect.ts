import type { Dialect, Newest } from '../dialect.js';

/** Times are kept as milliseconds, JSON as its text, and a list as the text of a JSON array. A transaction is alone: no row of it has to be locked. */
export const sqliteDialect: Dialect = {
  time: (ms) => ms,
  millis: (column) => column,
  json: (text) => text,
  searchedJson: (text) => text,
  jsonPath: (names) => ['$', ...names.map((name) => JSON.stringify(name))].join('.'),
  jsonAt(column, path, type) {
    const value = `json_extract(${column}, ${path})`;
    if (type === 'any') return value;
    const is = `json_type(${column}, ${path})`;
    if (type === 'boolean') return `case ${is} when 'true' then true when 'false' then false end`;
    return `case when ${is} in (${type === 'text' ? `'text'` : `'integer', 'real'`}) then ${value} end`;
  },
  jsonHas: (column, name, text) => `exists (select 1 from json_each(${column}, '$.${name}') where value = ${text})`,
  among: (list) => `in (select value from json_each(${list}))`,
  contains: (column, part) => `instr(${column}, ${part}) > 0`,
  factsOf: (list) => `facts where run_no in (select no from runs where id in (select value from json_each(${list})))`,
  bytewise: (column) => column,
  lowerAscii: (column) => `lower(${column})`,
  // SQLite reads the tables of a CROSS JOIN in the order in which they are written.
  lookUp: (table, condition) => `cross join ${table} on ${condition}`,
  larger: (one, other) => `max(${one}, ${other})`,
  forShare: '',
  forUpdate: '',
  skipLocked: '',
  // One process has the file, with one connection.
  changeMark: 'cast(total_changes() as text)',
  now: `(unixepoch('subsec') * 1000)`,
  lastAnswer: 'answers.answer',
  newest,
};

/** SQLite has no LATERAL: each combination of values is a part of a UNION of its own. */
function newest({ from, select, few, where, order, merged, limit }: Newest, value: (one: unknown) => string): string {
  let combinations: readonly (readonly string[])[] = [[]];
  for (const { column, values } of few) {
    const conditions = values.map((one) => `${from}.${column} = ${value(one)}`);
    combinations = combinations.flatMap((sofar) => conditions.map((condition) => [...sofar, condition]));
  }
  const parts = combinations.map(
    (conditions) =>
      `select * from (select ${select} from ${from} where ${[...conditions, ...where].join(' and ')} order by ${order} limit ${limit})`,
  );
  return `select listed.* from (${parts.join(' union all ')}) listed order by ${merged} limit ${limit}`;
}
