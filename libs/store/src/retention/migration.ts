import { type Migration, sql } from 'kysely';

/** Dead letters are found by the run with which they are removed. */
export const retention: Migration = {
  up: async (db) => {
    await sql`create index dead_letters_of_run on dead_letters (run) where run is not null`.execute(db);
  },
};
