import { join } from 'node:path';
import type { Database } from './database.js';
import { DatabaseReader } from './reader.js';
import { Acts } from './letters/acts.js';
import { JobWorks } from './letters/job-work.js';
import { Jobs } from './letters/jobs.js';
import { RunJobs } from './letters/run-jobs.js';
import { Letters } from './letters/letters.js';
import type { StoreReader } from './store.js';
import { Outcomes } from './outcomes.js';
import { Erasure } from './retention/erasure.js';
import { Retention } from './retention/retention.js';
import { RunNotes } from './search/notes.js';
import { RunTags } from './search/tags.js';
import { OutputsStore } from './cache/outputs.js';
import { Recoveries } from './recoveries.js';
import { HoldNotices } from './holds/hold-notices.js';
import { Deliveries } from './webhooks/deliveries.js';
import { SignalsStore } from './signals.js';
import { StartsStore } from './starts.js';
import { Deployments } from './versions.js';
import { StoreWriter } from './writer.js';

export interface Store extends AsyncDisposable {
  readonly reader: StoreReader;
  readonly writer: StoreWriter;
  readonly deployments: Deployments;
  readonly starts: StartsStore;
  readonly signals: SignalsStore;
  readonly outputs: OutputsStore;
  readonly holds: HoldNotices;
  readonly deliveries: Deliveries;
  readonly recoveries: Recoveries;
  readonly acts: Acts;
  readonly letters: Letters;
  readonly jobs: Jobs;
  readonly jobWorks: JobWorks;
  readonly runJobs: RunJobs;
  readonly runTags: RunTags;
  readonly runNotes: RunNotes;
  readonly retention: Retention;
  readonly erasure: Erasure;
  readonly outcomes: Outcomes;
}

/**
 * Opens the store and brings its tables to this version.
 * @throws {StoreUnavailable} where no PostgreSQL answers there yet
 * @throws {StoreUnusable} where waiting would not help; the message says what to do
 * @param at `databaseUrl`: a PostgreSQL; without it, SQLite in this process, which is kept under `dataDir`.
 */
export async function openStore(at: {
  databaseUrl: string | undefined;
  dataDir: string;
  onError?: (error: Error) => void;
}): Promise<Store> {
  return storeOn(await openDatabase(at));
}

/** Loads the adapter that is used, and not the other with all that it needs. */
async function openDatabase({ databaseUrl, dataDir, onError }: Parameters<typeof openStore>[0]): Promise<Database> {
  if (databaseUrl === undefined) {
    const { openSqlite } = await import('./sqlite/open-sqlite.js');
    return openSqlite(join(dataDir, 'store'));
  }
  const { openPostgres } = await import('./postgres/postgres.js');
  return openPostgres(databaseUrl, onError ?? (() => undefined));
}

export function storeOn(database: Database): Store {
  const acts = new Acts(database);
  const retention = new Retention(database);
  return {
    reader: new DatabaseReader(database),
    writer: new StoreWriter(database),
    deployments: new Deployments(database),
    starts: new StartsStore(database),
    signals: new SignalsStore(database),
    outputs: new OutputsStore(database),
    holds: new HoldNotices(database),
    deliveries: new Deliveries(database),
    recoveries: new Recoveries(database),
    acts,
    letters: new Letters(acts),
    jobs: new Jobs(database, acts),
    jobWorks: new JobWorks(database),
    runJobs: new RunJobs(database),
    runTags: new RunTags(acts),
    runNotes: new RunNotes(acts),
    retention,
    erasure: new Erasure(database, retention),
    outcomes: new Outcomes(database),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
