import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { Servers } from './servers.js';

/** Where and on what was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly date: string;
  /** Processes that wanted a core in the minute before: what else the machine did. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
}

export async function thisMachine(servers: Servers): Promise<Machine> {
  const kafkajs = createRequire(import.meta.url)('kafkajs/package.json') as { version: string };
  const postgres = await servers.postgresVersion();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    date: new Date().toISOString().slice(0, 10),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
    versions: {
      Node: process.versions.node,
      ...(servers.kafka && {
        Kafka: servers.kafka.own ? await ownKafkaVersion() : 'as given',
        kafkajs: kafkajs.version,
      }),
      ...(postgres !== undefined && { PostgreSQL: postgres }),
    },
  };
}

/** From the pom that says which jars are fetched. */
async function ownKafkaVersion(): Promise<string> {
  const pom = await readFile(new URL('pom.xml', import.meta.resolve('@millrace/local')), 'utf8');
  return /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';
}
