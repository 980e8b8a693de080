import { randomId } from '@millrace/contracts';
import pg from 'pg';
import { openStore } from '../open.js';
import { fillStore, listCosts } from '../testing/index.js';

const databaseUrl = process.env['DATABASE_URL']!;
const RUNS = 20_000;
/** Trees of indexes become one level deeper, and a page's rows lie on more blocks. */
const MOST_GROWTH = 1.5;
/** With few rows of a status there are fewer to merge: a page of 20 may take so many blocks of 8 kB until there are enough of each. */
const FEW_BLOCKS = 150;
/** A search tests up to 10,000 rows, or looks up 2,500 in another table, which costs four blocks each. */
const MOST_OF_SEARCH = 12_000;
/** Lists that count what they are about; the counts of an overview do so up to a bound. */
const COUNTS = /^(?:live runs by plan|counts)/;

/** Blocks that each page of each list touches, in a store with so many runs. */
async function blocksAt(runs: number): Promise<ReadonlyMap<string, number>> {
  const name = randomId('lists');
  const server = new pg.Client({ connectionString: databaseUrl });
  await server.connect();
  try {
    await server.query(`create database ${name}`);
    const url = Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href;
    await (await openStore({ databaseUrl: url, dataDir: '' }))[Symbol.asyncDispose]();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await fillStore(client, runs, () => undefined);
    await client.end();
    const costs = await listCosts(url, { times: 1, limit: 20 });
    return new Map(costs.map(({ list, page, blocks }) => [`${list}, ${page} page`, blocks]));
  } finally {
    await server.query(`drop database if exists ${name} with (force)`);
    await server.end();
  }
}

test('a page of any list, with any filter, first, middle or last, costs the same among four times as many runs', async () => {
  const [few, many] = [await blocksAt(RUNS), await blocksAt(4 * RUNS)];
  const grown = [...many].flatMap(([page, blocks]) => {
    const before = few.get(page);
    const most = Math.max(FEW_BLOCKS, (before ?? 0) * MOST_GROWTH);
    if (page.startsWith('search')) return blocks <= MOST_OF_SEARCH ? [] : [{ page, before, blocks }];
    return before === undefined || blocks <= most || COUNTS.test(page) ? [] : [{ page, before, blocks }];
  });
  expect(grown).toEqual([]);
  expect(few.size).toBeGreaterThan(60);
}, 240_000);
