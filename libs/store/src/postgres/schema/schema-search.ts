import type { Migration } from 'kysely';
import { addSearch } from '../../search/migration.js';

/** Titles, states, codes, attributes and tags of runs: what they are found by. */
export const search: Migration = {
  up: (db) => addSearch(db, { time: (name) => `${name} timestamptz`, number: 'float8' }),
};
