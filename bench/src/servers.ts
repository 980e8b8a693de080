import { chmod, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { present } from '@millrace/contracts';
import { retry } from '@millrace/contracts/retry';
import { startKafka, startPostgres } from '@millrace/local';
import pg from 'pg';
import { givenServers } from './config.js';
import type { BenchContext, SystemEntry } from './system.js';
import { kafkaOf } from './systems/kafka-client.js';

export interface ServersOptions {
  readonly needs: ReadonlySet<SystemEntry['needs'][number]>;
  readonly cpuProfiles: string | undefined;
  readonly log: (line: string) => void;
}

/** The servers of a measurement: given ones, or our own with nothing in them. */
export class BenchServers implements AsyncDisposable {
  private constructor(
    readonly kafka: { readonly brokers: string; readonly own: boolean } | undefined,
    readonly postgres: { readonly url: string; readonly own: boolean } | undefined,
    private readonly options: { folder: string; cpuProfiles: string | undefined; opened: AsyncDisposableStack },
  ) {}

  static async start({ needs, cpuProfiles, log }: ServersOptions): Promise<BenchServers> {
    const given = givenServers();
    const folder = resolve('.millrace', 'bench', String(process.pid));
    await using opening = new AsyncDisposableStack();
    const remove = (path: string) => opening.defer(() => rm(path, { recursive: true, force: true }));
    await mkdir(folder, { recursive: true });
    // PostgreSQL may run under another account than ours.
    await chmod(folder, 0o755);
    remove(folder);
    const local = (name: string) => ({ port: 0, fresh: true, dataDir: join(folder, name), log });
    let kafka: BenchServers['kafka'];
    if (needs.has('kafka')) {
      if (given.KAFKA_BROKERS) kafka = { brokers: given.KAFKA_BROKERS, own: false };
      else {
        kafka = { brokers: opening.use(await startKafka(local('kafka'))).brokers, own: true };
        await servesGroups(kafka.brokers);
      }
    }
    let postgres: BenchServers['postgres'];
    if (needs.has('postgres')) {
      if (given.DATABASE_URL) postgres = { url: given.DATABASE_URL, own: false };
      else {
        const server = await startPostgres(local('postgres'));
        remove(server.dataDir);
        postgres = { url: opening.use(server).url, own: true };
      }
    }
    return new BenchServers(kafka, postgres, { folder, cpuProfiles, opened: opening.move() });
  }

  /** A place for one measurement: its own names, an empty database, an empty folder. Closing it leaves nothing behind. */
  async place(name: string, { needs }: SystemEntry): Promise<BenchContext & AsyncDisposable> {
    await using opening = new AsyncDisposableStack();
    const dataDir = join(this.options.folder, name);
    await mkdir(dataDir);
    opening.defer(() => rm(dataDir, { recursive: true, force: true }));
    let databaseUrl = '';
    if (needs.includes('postgres')) {
      await this.query(`create database "${name}"`);
      opening.defer(() => this.query(`drop database "${name}" with (force)`).then(() => undefined));
      const url = new URL(this.databaseServer);
      url.pathname = `/${name}`;
      databaseUrl = url.href;
    }
    const { cpuProfiles } = this.options;
    const opened = opening.move();
    return {
      name,
      brokers: this.kafka?.brokers.split(',') ?? [],
      databaseUrl,
      dataDir,
      cpuProfiles,
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  }

  /** E.g. `17.5`. */
  async postgresVersion(): Promise<string | undefined> {
    if (!this.postgres) return undefined;
    const [row] = await this.query('show server_version');
    return String(row?.['server_version']).split(' ')[0];
  }

  private get databaseServer(): string {
    return present(this.postgres, 'PostgreSQL among the servers').url;
  }

  private async query(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.databaseServer });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.options.opened.disposeAsync();
  }
}

/**
 * Resolves when the broker can coordinate groups and transactions. It makes the topics of both when it is first asked, and refuses until they have leaders:
 * kafkajs gives up before that on a busy machine.
 */
async function servesGroups(brokers: string): Promise<void> {
  const kafka = kafkaOf(brokers.split(','));
  const admin = kafka.admin();
  const producer = kafka.producer({ transactionalId: 'bench-ready', maxInFlightRequests: 1 });
  try {
    await retry({ backOff: { firstMs: 100, longestMs: 1_000 }, forMs: 60_000 }, async () => {
      await admin.connect();
      await admin.describeGroups(['bench-ready']);
      await producer.connect();
      await (await producer.transaction()).abort();
    });
  } finally {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
  }
}
