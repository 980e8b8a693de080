import { LAST_TIME, type LetterFilter } from '@millrace/contracts';
import type { Database } from '../database.js';
import { InvalidCursor } from '../errors.js';
import { cursorOf, type Paged, type PageRequest, parameters, readCursor } from '../page.js';
import { letterConditions } from './filter.js';
import { LETTER_COLUMNS, type LetterGroup, letterOf, type LetterRow } from './letter.js';

/** `trend`: the time that is looked at, from `from` on, in so many parts. */
export interface GroupsRequest extends PageRequest {
  readonly filter: LetterFilter;
  readonly trend: { readonly from: number; readonly partMs: number; readonly parts: number };
}

interface Counted {
  readonly fingerprint: string;
  readonly count: number;
  readonly open: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

type Asked = Pick<Database, 'query' | 'dialect'>;

/** Reads a page of groups, the newest problem first: by the time of the first letter, which no later letter changes. */
export async function readGroups(database: Asked, request: GroupsRequest): Promise<Paged<LetterGroup>> {
  const { limit } = request;
  const counted = await countGroups(database, request);
  const page = counted.slice(0, limit);
  const fingerprints = page.map(({ fingerprint }) => fingerprint);
  const [newest, trends] =
    page.length === 0
      ? [new Map<string, LetterRow>(), new Map<string, readonly number[]>()]
      : await Promise.all([
          newestOf(database, request.filter, fingerprints),
          trendsOf(database, request, fingerprints),
        ]);
  const items = page.flatMap((group): LetterGroup[] => {
    const row = newest.get(group.fingerprint);
    const trend = trends.get(group.fingerprint) ?? [];
    return row ? [{ ...group, newest: letterOf(row), trend }] : [];
  });
  const last = counted.length > limit ? page.at(-1) : undefined;
  return { items, next: last && cursorOf(last.firstSeen, last.fingerprint) };
}

function conditionOf(filter: LetterFilter, { dialect }: Asked, value: (one: unknown) => string): string {
  const conditions = letterConditions(filter, dialect, value);
  if (filter.status !== undefined) conditions.push(`status = cast(${value(filter.status)} as text)`);
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}

async function countGroups(database: Asked, { filter, before, limit }: GroupsRequest): Promise<readonly Counted[]> {
  const { dialect, query } = database;
  const { values, value } = parameters();
  const wanted = conditionOf(filter, database, value);
  const after = before === undefined ? undefined : lastOf(before);
  const past =
    after &&
    `where (first, fingerprint) < (${dialect.time(value(after.firstSeen))}, cast(${value(after.fingerprint)} as text))`;
  return query<Counted>(
    `select fingerprint, count, open, ${dialect.millis('first')} as "firstSeen", ${dialect.millis('last')} as "lastSeen"
     from (
       select fingerprint, min(at) as first, max(case when ${wanted} then at end) as last,
         cast(sum(case when ${wanted} then 1 else 0 end) as int) as count,
         cast(sum(case when status = 'open' and ${wanted} then 1 else 0 end) as int) as open
       from dead_letters where fingerprint is not null group by fingerprint
       having sum(case when ${wanted} then 1 else 0 end) > 0
     ) counted ${past ?? ''}
     order by first desc, fingerprint desc limit cast(${value(limit + 1)} as int)`,
    values,
  );
}

async function newestOf(
  database: Asked,
  filter: LetterFilter,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, LetterRow>> {
  const { values, value } = parameters();
  const among = database.dialect.among(value(fingerprints));
  const rows = await database.query<LetterRow>(
    `select ${LETTER_COLUMNS} from (
       select ${LETTER_COLUMNS}, row_number() over (partition by fingerprint order by at desc, id desc) as nth
       from dead_letters where fingerprint ${among} and ${conditionOf(filter, database, value)}
     ) ranked where nth = 1`,
    values,
  );
  return new Map(rows.map((row) => [row.fingerprint ?? '', row]));
}

async function trendsOf(
  database: Asked,
  { filter, trend: { from, partMs, parts } }: GroupsRequest,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { dialect, query } = database;
  const { values, value } = parameters();
  const among = dialect.among(value(fingerprints));
  const wanted = conditionOf(filter, database, value);
  const start = value(from);
  const width = value(partMs);
  const end = value(from + parts * partMs);
  const rows = await query<{ fingerprint: string; part: number; count: number }>(
    `select fingerprint, part, cast(count(*) as int) as count from (
       select fingerprint, cast(floor((${dialect.millis('at')} - cast(${start} as float8)) / cast(${width} as float8)) as int) as part
       from dead_letters where fingerprint ${among} and ${wanted}
         and at >= ${dialect.time(start)} and at < ${dialect.time(end)}
     ) parted group by fingerprint, part`,
    values,
  );
  const trends = new Map(fingerprints.map((fingerprint) => [fingerprint, Array.from({ length: parts }, () => 0)]));
  for (const { fingerprint, part, count } of rows) {
    const trend = trends.get(fingerprint);
    if (trend && part >= 0 && part < parts) trend[part] = count;
  }
  return trends;
}

/** @throws {InvalidCursor} for a cursor that this list did not give */
function lastOf(cursor: string): Pick<Counted, 'firstSeen' | 'fingerprint'> {
  const [firstSeen, fingerprint, ...more] = readCursor(cursor);
  const isTime = typeof firstSeen === 'number' && firstSeen >= 0 && firstSeen <= LAST_TIME;
  if (!isTime || typeof fingerprint !== 'string' || !/^fp_[0-9a-z]{26}$/.test(fingerprint) || more.length > 0)
    throw new InvalidCursor();
  return { firstSeen, fingerprint };
}
