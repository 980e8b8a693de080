import type { Database } from '../database.js';
import type { DeadLetter } from '../commit.js';

const PAGE = 500;
/** A shorter text stands in too many records by chance. */
const SHORTEST = 4;

/** Returns the dead letters of no run whose record has a text: in its key, value or headers, or in what is said of it. Reads all letters of no run. */
export async function lettersThatQuote(
  { query }: Pick<Database, 'query'>,
  value: string | number | boolean | undefined,
): Promise<readonly string[]> {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (text.length < SHORTEST) return [];
  const found: string[] = [];
  for (let after = ''; ;) {
    const rows = await query<{ id: string; letter: DeadLetter }>(
      'select id, letter from dead_letters where run is null and id > $1 order by id limit cast($2 as int)',
      [after, PAGE],
    );
    found.push(...rows.flatMap(({ id, letter }) => (quotes(letter, text) ? [id] : [])));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return found;
    after = last.id;
  }
}

function quotes({ record, ...letter }: DeadLetter, text: string): boolean {
  const bytes = [record?.key, record?.value].map((base64) => Buffer.from(base64 ?? '', 'base64').toString('utf8'));
  const said = [...Object.values(record?.headers ?? {}), ...bytes];
  return said.some((one) => one.includes(text)) || JSON.stringify(letter).includes(JSON.stringify(text).slice(1, -1));
}
