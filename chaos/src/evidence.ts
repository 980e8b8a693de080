import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Broker, Incoming, PartitionLag } from '@millrace/broker';
import { type Fact, present } from '@millrace/contracts';
import type { Bank } from './bank.js';
import { type Installation, whenUp } from './installation.js';
import type { MembershipChanges } from './membership-changes.js';
import { order } from './pipeline.js';

/** A run as PostgreSQL has it. */
export interface StoredRun {
  readonly id: string;
  readonly status: string;
  readonly facts: readonly Fact[];
  readonly waits: number;
}

/** The evidence of Kafka, PostgreSQL and the bank at the end. */
export interface Evidence {
  readonly runs: ReadonlyMap<string, StoredRun>;
  /** Dead letters in PostgreSQL: their ids, and the run that each is about. */
  readonly letters: readonly { readonly id: string; readonly run: string | null }[];
  readonly intake: readonly Incoming[];
  readonly events: readonly Incoming[];
  readonly results: readonly Incoming[];
  readonly deadLetters: readonly Incoming[];
  readonly commands: readonly Incoming[];
  readonly lag: readonly (PartitionLag & { readonly group: string })[];
  readonly bank: Pick<Bank, 'payments' | 'conflicts' | 'calls'>;
  /** The changes of membership while nothing else went wrong; undefined where there were none. */
  readonly changes: MembershipChanges | undefined;
  /** Records that another client of Kafka reads and ours does not, or the other way round. Undefined without kcat. */
  readonly otherReader: readonly string[] | undefined;
}

export async function gather(installation: Installation, changes?: MembershipChanges): Promise<Evidence> {
  const { topics, groups } = installation;
  const read = (topic: string) => readAll(installation.broker, topic);
  const stages = order.loaded.order.flatMap((name) => {
    const step = order.loaded.step(name);
    return step.kind === 'stage' ? [step.stage] : [];
  });
  const intake = await read(topics.intake);
  const events = await read(topics.runs);
  const results = await read(topics.results);
  const deadLetters = await read(topics.deadLetters);
  const commands = (await Promise.all(stages.map((stage) => read(topics.stage(stage))))).flat();
  const lag = await lagsOf(installation);
  return {
    ...{ intake, events, results, deadLetters, commands, lag },
    runs: await storedRuns(installation),
    letters: await whenUp(async () => {
      const { rows } = await installation.database.query<{ id: string; run: string | null }>(
        'select id, run from dead_letters',
      );
      return rows;
    }),
    bank: installation.bank,
    changes,
    otherReader: await differences(installation, [...[intake, events, results, deadLetters].flat(), ...commands]),
  };

  function lagsOf({ broker }: Installation) {
    const pairs: [string, string][] = [
      [groups.intake, topics.intake],
      [groups.runs, topics.runs],
      [groups.deadLetters, topics.deadLetters],
      ...stages.map((stage): [string, string] => [groups.stage(stage), topics.stage(stage)]),
    ];
    return Promise.all(
      pairs.map(async ([group, topic]) => (await broker.lag(group, topic)).map((one) => ({ ...one, group }))),
    ).then((all) => all.flat());
  }
}

/** Every committed record of a topic. */
export async function readAll(broker: Broker, topic: string): Promise<Incoming[]> {
  const records: Incoming[] = [];
  for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++) {
    for (let offset = 0; ;) {
      const page = await broker.browse({ topic, partition, offset, limit: 2_000 });
      records.push(...page);
      if (page.length === 0) break;
      offset = present(page.at(-1), 'record of the page').offset + 1;
    }
  }
  return records;
}

async function storedRuns({ database }: Installation): Promise<ReadonlyMap<string, StoredRun>> {
  const { rows } = await whenUp(() =>
    database.query<{ id: string; status: string; facts: readonly (readonly Fact[])[] | null; waits: number }>(
      `select id, status,
         (select json_agg(facts order by seq) from history where run = id) as facts,
         (select count(*)::int from waits where run = id) as waits
       from runs`,
    ),
  );
  return new Map(rows.map(({ facts, ...row }) => [row.id, { ...row, facts: (facts ?? []).flat() }]));
}

const place = ({
  topic,
  partition,
  offset,
  value,
}: Pick<Incoming, 'topic' | 'partition' | 'offset' | 'value'>): string =>
  `${topic}/${partition}/${offset} ${value === null ? 'null' : createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

/** Reads the same topics with kcat (librdkafka), where it is installed. */
async function differences(
  installation: Installation,
  ours: readonly Incoming[],
): Promise<readonly string[] | undefined> {
  const mine = new Set(ours.map(place));
  const theirs = new Set<string>();
  for (const topic of new Set(ours.map((record) => record.topic))) {
    const found = await kcat(installation, topic);
    if (!found) return undefined;
    for (const one of found) theirs.add(one);
  }
  return [
    ...[...mine].filter((one) => !theirs.has(one)).map((one) => `only our reader: ${one}`),
    ...[...theirs].filter((one) => !mine.has(one)).map((one) => `only kcat: ${one}`),
  ];
}

async function kcat({ kafka }: Installation, topic: string): Promise<string[] | undefined> {
  const args = ['-C', '-e', '-q', '-b', kafka.brokers, '-t', topic, '-o', 'beginning'];
  const read = ['-X', 'isolation.level=read_committed', '-f', '%p %o %S\n%s\n'];
  const output = await promisify(execFile)('kcat', [...args, ...read], { encoding: 'buffer', maxBuffer: 2 ** 30 }).then(
    ({ stdout }) => stdout,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (!output) return undefined;
  const places: string[] = [];
  for (let at = 0; at < output.length;) {
    const line = output.indexOf(10, at);
    const [partition, offset, size] = output.toString('latin1', at, line).split(' ').map(Number) as [
      number,
      number,
      number,
    ];
    const end = line + 1 + Math.max(0, size);
    places.push(place({ topic, partition, offset, value: size < 0 ? null : output.subarray(line + 1, end) }));
    at = end + 1;
  }
  return places;
}
