import { fits, type Outgoing } from '@millrace/broker';
import { blobsIn, eventRecord, type Fact, type RunEvent, type Topics } from '@millrace/contracts';
import { type CacheChanges, cacheChangesOf, isLookedUp, type LookedUp, type Run } from '@millrace/saga';
import type { Telemetry } from '@millrace/telemetry';
import type { CoordinatorContext } from '../context.js';

type Needs = Pick<CoordinatorContext, 'broker' | 'topics' | 'store'>;

/** The number of lookups that is read at once. */
const BATCH = 100;
/** After this time an answer that was published and is not known to have arrived is published again. */
const SNOOZE_MS = 15_000;

/** Returns the changes that a batch makes to the cache of outputs, without outputs that are larger than it takes; undefined where there are none. */
export function lookupChanges(
  { maxCachedBytes }: Pick<CoordinatorContext, 'maxCachedBytes'>,
  changed: Parameters<typeof cacheChangesOf>[0],
  at: number,
): CacheChanges | undefined {
  const changes = cacheChangesOf(changed, at);
  if (!changes) return undefined;
  // A blob belongs to the run that made it, and goes with that run.
  const isSmall = (output: unknown): boolean =>
    blobsIn(output).length === 0 && Buffer.byteLength(JSON.stringify(output ?? null)) <= maxCachedBytes;
  return { ...changes, outputs: changes.outputs.filter(({ output }) => isSmall(output)) };
}

/** Counts the lookups that were answered, by what the cache had. */
export function countLookups(
  { lookups }: Telemetry['meters'],
  changed: readonly { readonly before: Run | undefined; readonly run: Run; readonly facts: readonly Fact[] }[],
): void {
  for (const { before, run, facts } of changed)
    for (const fact of facts) {
      if (fact.type === 'step.cached') lookups.add(1, { pipeline: run.pipeline, result: 'hit' });
      else if (fact.type === 'step.requested' && before && isLookedUp(before, fact.step))
        lookups.add(1, { pipeline: run.pipeline, result: 'miss' });
    }
}

/** Tells runs what the cache has for their steps. Returns true where there is more. */
export async function tellLookups({ store, broker, topics }: Needs, at: number): Promise<boolean> {
  const more = await store.outputs.giveUp({ at, limit: BATCH });
  const told = await store.outputs.toTell({ at, until: at + SNOOZE_MS, limit: BATCH });
  if (told.length > 0)
    await broker.publish(told.map((one) => recordOf(one, { topics, at, maxRecordBytes: broker.maxRecordBytes })));
  return more || told.length === BATCH;
}

/** Returns the answer to a lookup. A broker that takes smaller records than it used to cannot carry each output: the step is executed then. */
function recordOf(
  { hit, ...lookup }: LookedUp,
  { topics, at, maxRecordBytes }: { topics: Topics; at: number; maxRecordBytes: number },
): Outgoing {
  const missed: RunEvent = { type: 'step.looked-up', ...lookup, at };
  const record = eventRecord(topics, hit ? { ...missed, hit: { ...hit } } : missed);
  return fits(record, maxRecordBytes) ? record : eventRecord(topics, missed);
}
