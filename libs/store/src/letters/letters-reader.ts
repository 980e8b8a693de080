import type { LetterFilter } from '@millrace/contracts';
import type { Database } from '../database.js';
import { DEAD_LETTERS, pageOf } from '../lists.js';
import type { PageRequest, Paged } from '../page.js';
import { letterConditions } from './filter.js';
import { type KeptLetter, LETTER_COLUMNS, letterOf, type LetterRow } from './letter.js';

type Asked = Pick<Database, 'query' | 'dialect'>;

export function readLetters(
  database: Asked,
  { limit, before, ...filter }: LetterFilter & PageRequest,
): Promise<Paged<KeptLetter>> {
  return pageOf(database, {
    list: DEAD_LETTERS,
    few: { status: filter.status },
    filters: {},
    conditions: (value) => letterConditions(filter, database.dialect, value),
    page: { limit, ...(before !== undefined && { before }) },
    item: letterOf,
  });
}

export async function readLetter({ query }: Asked, id: string): Promise<KeptLetter | undefined> {
  const [row] = await query<LetterRow>(`select ${LETTER_COLUMNS} from dead_letters where id = $1`, [id]);
  return row && letterOf(row);
}
