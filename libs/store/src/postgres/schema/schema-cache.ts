import type { Migration } from 'kysely';
import { addCache } from '../../cache/migration.js';

/** Outputs that are reused, and the steps that look for one. */
export const cache: Migration = { up: (db) => addCache(db, { time: (name) => `${name} timestamptz`, json: 'json' }) };
