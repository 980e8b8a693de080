import { present } from '@millrace/contracts';
import type { Query, Statement } from '../database.js';
import { DEAD_LETTERS, type List, REVIEWS, RUNS } from '../lists.js';
import { openPostgres } from '../postgres/postgres.js';
import { postgresDialect } from '../postgres/postgres-dialect.js';
import { DatabaseReader } from '../reader.js';
import type { PageRequest } from '../page.js';
import { ASKED_LISTS, type AskedList } from './asked-lists.js';

const LISTS: Readonly<Record<AskedList['of'], List>> = {
  runs: RUNS,
  search: RUNS,
  reviews: REVIEWS,
  deadLetters: DEAD_LETTERS,
};

export interface ListCost {
  readonly list: string;
  readonly page: 'first' | 'middle' | 'last';
  /** Times in milliseconds, as the reader's caller waits. */
  readonly least: number;
  readonly p50: number;
  readonly p95: number;
  /** Blocks that PostgreSQL touched, 8 kB each. */
  readonly blocks: number;
  /** The text of EXPLAIN (ANALYZE, BUFFERS). */
  readonly plan: string;
}

/** Measures every list of `ASKED_LISTS` at its first, middle and last page, and what else the gateway reads that may grow with the number of runs. */
export async function listCosts(
  url: string,
  { times, limit }: { times: number; limit: number },
): Promise<readonly ListCost[]> {
  await using database = await openPostgres(url, () => undefined);
  const asked: { text: string; values: readonly unknown[] }[] = [];
  const query: Query = Object.assign(
    <Row>(statement: Statement, values: readonly unknown[], name?: string) => {
      const text = typeof statement === 'string' ? statement : statement(postgresDialect);
      asked.push({ text, values });
      return database.query<Row>(text, values, name);
    },
    { each: database.query.each, batch: database.query.batch, lock: database.query.lock },
  );
  const reader = new DatabaseReader({ ...database, query });
  const cost = async (read: () => Promise<unknown>): Promise<Omit<ListCost, 'list' | 'page'>> => {
    const took: number[] = [];
    for (let i = 0; i < times; i++) {
      const since = performance.now();
      await read();
      took.push(performance.now() - since);
    }
    took.sort((a, b) => a - b);
    const { text, values } = present(asked.at(-1), 'statement that was asked');
    const rows = await database.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const quantile = (q: number) =>
      present(took[Math.min(took.length - 1, Math.floor(took.length * q))], 'measured time');
    return { least: quantile(0), p50: quantile(0.5), p95: quantile(0.95), blocks: blocksOf(plan), plan };
  };
  const costs: ListCost[] = [];
  for (const one of ASKED_LISTS) {
    const list = `${one.of} ${one.of === 'search' ? one.text : JSON.stringify(one.filter)}`;
    for (const { page, before } of await pagesOf(database.query, one, limit))
      costs.push({ list, page, ...(await cost(() => readPage(reader, one, { limit, ...before }))) });
  }
  const others: Readonly<Record<string, () => Promise<unknown>>> = {
    counts: () => reader.counts({ atMost: 1_001 }),
    'counts of a pipeline': () => reader.counts({ pipeline: 'support-email', atMost: 1_001 }),
    'live runs by plan': () => reader.deployed.livePlans('support-email'),
    'live runs of a plan': () => reader.deployed.liveRuns({ plans: ['support-email-3'], after: '', limit }),
    schedules: () => reader.schedules({ pipeline: 'support-email' }),
    versions: () => reader.deployed.read({ pipeline: 'support-email', stages: [] }),
  };
  for (const [list, read] of Object.entries(others)) costs.push({ list, page: 'first', ...(await cost(read)) });
  return costs;
}

function readPage(reader: DatabaseReader, one: AskedList, page: PageRequest): Promise<unknown> {
  if (one.of === 'runs' || one.of === 'search') return reader.runs({ ...one.filter, ...page });
  if (one.of === 'reviews') return reader.reviews({ ...one.filter, ...page });
  return reader.deadLetters({ ...one.filter, ...page });
}

/** Cursors to the first, the middle and the last page of a list, made from the rows themselves. */
async function pagesOf(query: Query, { of, filter }: AskedList, limit: number) {
  const { from, at, key } = LISTS[of];
  const held = ['assignee', 'group', 'claimedBy'];
  // A search may begin anywhere: its cursors are those of the list of all runs.
  const conditions = Object.entries(of === 'search' ? {} : filter).map(
    ([name, value]) => `${held.includes(name) ? `held ->> '${name}'` : name} = '${value}'`,
  );
  if (of === 'search' || (of === 'runs' && !('parent' in filter))) conditions.push('parent is null');
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const [counted] = await query<{ rows: number }>(`select count(*)::int as rows from ${from} ${where}`, []);
  const pages: { page: ListCost['page']; before: { before?: string } }[] = [{ page: 'first', before: {} }];
  // A cursor of a search with bounds of time lies within them.
  if (of === 'search' && JSON.stringify(filter).includes('acceptedAt')) return pages;
  const { rows } = present(counted, 'count of the rows');
  for (const [page, skip] of [
    ['middle', Math.floor(rows / 2)],
    ['last', rows - limit - 1],
  ] as const) {
    if (rows < 4 * limit) continue;
    const [row] = await query<{ cursor: readonly unknown[] }>(
      `select json_build_array((extract(epoch from ${at[0]}) * 1000)::float8, ${key.join(', ')}) as cursor from ${from} ${where}
       order by ${[at[0], ...key].map((column) => `${column} desc`).join(', ')} offset ${skip} limit 1`,
      [],
    );
    pages.push({
      page,
      before: { before: Buffer.from(JSON.stringify(present(row, 'row in the middle').cursor)).toString('base64url') },
    });
  }
  return pages;
}

/** The sum over the statement; in text form the first line of the plan has it. */
const blocksOf = (plan: string): number =>
  [.../(?:hit|read)=(\d+)/g[Symbol.matchAll](plan.split('\n').find((line) => line.includes('Buffers:')) ?? '')].reduce(
    (sum, [, blocks]) => sum + Number(blocks),
    0,
  );
