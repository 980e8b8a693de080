import { join } from 'node:path';
import { type Database, migrate, openPGlite, openPostgres } from './database.js';
import { isAway, StoreUnavailable } from './errors.js';
import { DatabaseReader } from './reader.js';
import type { StoreReader } from './store.js';
import { Recoveries } from './recoveries.js';
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
  readonly recoveries: Recoveries;
}

/**
 * Opens the store and brings its tables to this version.
 * @throws {StoreUnavailable} where no PostgreSQL answers there yet
 * @param at `databaseUrl`: a PostgreSQL; without it, one inside this process that is kept under `dataDir`.
 */
export async function openStore(at: {
  databaseUrl: string | undefined;
  dataDir: string;
  onError?: (error: Error) => void;
}): Promise<Store> {
  const onError = at.onError ?? (() => undefined);
  const database: Database =
    at.databaseUrl === undefined
      ? await openPGlite(join(at.dataDir, 'store'), onError)
      : openPostgres(at.databaseUrl, onError);
  try {
    await migrate(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    const told = (error as Error).cause;
    const cause = told instanceof StoreUnavailable ? told.cause : told;
    if (isAway(cause)) throw new StoreUnavailable('The database cannot be reached.', { cause });
    throw error;
  }
  const writer = new StoreWriter(database);
  return {
    reader: new DatabaseReader(database),
    writer,
    deployments: new Deployments(database),
    starts: new StartsStore(database),
    signals: new SignalsStore(database),
    recoveries: new Recoveries(database),
    async [Symbol.asyncDispose]() {
      await writer.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
