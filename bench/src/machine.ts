import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { z } from 'zod';
import { versionsOf } from './peers.js';
import type { BenchServers } from './servers.js';
import type { SystemEntry } from './system.js';

/** The machine and time of a measurement. */
export const BenchMachine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGb: z.number(),
  date: z.string(),
  /** Processes that wanted a core in the minute before: what else the machine did. */
  loadBefore: z.number(),
  versions: z.record(z.string(), z.string()),
});
export type BenchMachine = z.infer<typeof BenchMachine>;

export async function thisMachine(servers: BenchServers, systems: readonly SystemEntry[]): Promise<BenchMachine> {
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
      ...(await versionsOf(systems)),
    },
  };
}

/** From the pom that says which jars are fetched. */
async function ownKafkaVersion(): Promise<string> {
  const pom = await readFile(new URL('pom.xml', import.meta.resolve('@millrace/local')), 'utf8');
  return /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? 'unknown';
}
