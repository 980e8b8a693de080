import { type Kysely, sql } from 'kysely';
import type { DeadLetter } from '../commit.js';
import { letterFingerprint } from './letter.js';

const LETTERS = 'status, at desc, id desc';

/** One index for each column by which letters are listed, and one for each question of a job. */
export const LETTER_INDEXES: readonly string[] = [
  `dead_letters_of_fingerprint on dead_letters (fingerprint, ${LETTERS})`,
  `dead_letters_of_stage on dead_letters (stage, ${LETTERS})`,
  `dead_letters_of_code on dead_letters (code, ${LETTERS})`,
  'acts_of_subject on acts (subject, seq)',
  'jobs_listed on jobs (status, at desc, id desc)',
  'jobs_due on jobs (next_at) where next_at is not null',
  'job_items_of_status on job_items (job, status, no)',
];

const BATCH = 500;

/** Fills the columns of letters that an earlier version kept. */
export async function fillLetterColumns(db: Kysely<unknown>): Promise<void> {
  for (let after = ''; ;) {
    const { rows } = await sql<{ id: string; letter: unknown }>`
      select id, letter from dead_letters where id > ${after} order by id limit ${sql.lit(BATCH)}`.execute(db);
    for (const { id, letter: kept } of rows) {
      const letter = (typeof kept === 'string' ? JSON.parse(kept) : kept) as DeadLetter;
      await sql`update dead_letters set stage = ${letter.stage ?? null}, code = ${letter.failure.code},
        fingerprint = ${letterFingerprint(letter)} where id = ${id}`.execute(db);
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.id;
  }
}
