import { type Broker, type Incoming, partitionFor } from '@millrace/broker';
import {
  type MissingRun,
  readEvents,
  type RecoveredPartition,
  type RecoveryReport,
  type Topics,
} from '@millrace/contracts';
import type { Store } from '@millrace/store';
import { runAskedBy } from '../sources/request.js';
import type { Evidence } from './evidence.js';
import { pagesOf } from './scan.js';

export interface Surveying {
  readonly broker: Pick<Broker, 'browse'>;
  readonly store: Pick<Store, 'recoveries' | 'reader' | 'writer'>;
  readonly topics: Topics;
  /** Partitions of `runs`. */
  readonly count: number;
  readonly keyIsIdempotent: boolean;
}

const OPEN_AT_ONCE = 1_000;

/** Says which runs the records to read again are about, and which of them lack their request. Changes nothing. */
export async function survey(
  options: Surveying,
  partitions: readonly RecoveredPartition[],
  evidence: Evidence,
): Promise<Pick<RecoveryReport, 'runs' | 'results' | 'missing'>> {
  const { topics } = options;
  const asked = new Set<string>();
  const heard = new Set<string>();
  const read = async (topic: string, see: (record: Incoming) => void) => {
    for (const partition of partitions.filter((one) => one.topic === topic))
      for await (const page of pagesOf(options.broker, partition)) page.forEach(see);
  };
  await read(topics.intake, (record) => {
    const run = runAskedBy(record, options.keyIsIdempotent);
    if (run !== undefined) asked.add(run);
  });
  await read(topics.runs, ({ value }) => {
    for (const { event } of readEvents(value).events) (event.type === 'run.requested' ? asked : heard).add(event.run);
  });
  const missing: MissingRun[] = [];
  for (const run of await unknownOf(options.store, [...heard, ...evidence.ended], asked))
    missing.push({ run, gone: 'request', status: 'absent', result: evidence.ended.has(run) });
  return { runs: new Set([...asked, ...heard]).size, results: evidence.ended.size, missing };
}

/** Returns those of `runs` that nobody has asked for and the store does not have. */
async function unknownOf(
  store: Pick<Store, 'writer'>,
  runs: readonly string[],
  asked: ReadonlySet<string>,
): Promise<readonly string[]> {
  const wanted = [...new Set(runs)].filter((run) => !asked.has(run));
  const unknown: string[] = [];
  for (let at = 0; at < wanted.length; at += OPEN_AT_ONCE) {
    const some = wanted.slice(at, at + OPEN_AT_ONCE);
    const known = await store.writer.known(some);
    unknown.push(...some.filter((run) => !known.has(run)));
  }
  return unknown;
}

/** Returns the runs in the store that have not ended and of which `runs` no longer holds all that happened. */
export async function openAndGone(
  options: Pick<Surveying, 'store' | 'topics' | 'count'>,
  partitions: readonly RecoveredPartition[],
  evidence: Evidence,
): Promise<readonly MissingRun[]> {
  const short = new Set(
    partitions.filter(({ topic, gone }) => topic === options.topics.runs && gone > 0).map(({ partition }) => partition),
  );
  if (short.size === 0) return [];
  const found: MissingRun[] = [];
  for (let after = ''; ;) {
    const open = await options.store.recoveries.openAfter(after, OPEN_AT_ONCE);
    for (const { id: run, status } of open)
      if (short.has(partitionFor(run, options.count)))
        found.push({ run, gone: 'events', status, result: evidence.ended.has(run) });
    const last = open.at(-1);
    if (!last || open.length < OPEN_AT_ONCE) return found;
    after = last.id;
  }
}
