import { z } from 'zod';
import { Count, text, TimeMs } from '../values/values.js';

const Offset = z.int().nonnegative();

/**
 * The standing of the store towards a partition. `even`: it knows all that was committed. `behind`: records were committed that it
 * does not know. `reset`: the group begins again before a batch that the store knows.
 */
export const PartitionStanding = z.enum(['even', 'behind', 'reset']);
export type PartitionStanding = z.infer<typeof PartitionStanding>;

/** One partition that a recovery looks at. All numbers are offsets. */
export const RecoveredPartition = z.object({
  topic: z.string(),
  partition: Count,
  standing: PartitionStanding,
  /** The store's position; null where it has never heard of the partition. */
  store: Offset.nullable(),
  /** The group's committed offset; null where it has none. */
  group: Offset.nullable(),
  /** The first offset that the topic still holds. */
  start: Offset,
  /** Read again are the records from `from` on, below `until`. */
  from: Offset,
  until: Offset,
  /** Offsets that the store does not know and the topic no longer holds. */
  gone: Offset,
});
export type RecoveredPartition = z.infer<typeof RecoveredPartition>;

/** A run of which the topics no longer hold everything. */
export const MissingRun = z.object({
  run: text({ max: 100 }),
  /**
   * `request`: its record on `intake` is gone, so the run is not in the store. `events`: part of what happened to it is gone.
   */
  gone: z.enum(['request', 'events']),
  /** The status of the run after the recovery; in a dry run, the one in the store. `absent`: the store does not have the run. */
  status: text({ max: 50 }),
  /** Its end stands on `results`: with `--apply` the store takes it from there. */
  result: z.boolean(),
});
export type MissingRun = z.infer<typeof MissingRun>;

/** Records that a trigger gathers into runs, of one partition. A recovery does not read them again: those that are part of no run yet are lost. */
export const GatheredRecords = z.object({
  /** `<pipeline>/<trigger>`. */
  trigger: text({ max: 500 }),
  topic: z.string(),
  partition: Count,
  /** The records from offset `from` on, below `until`, came after what the store knows. */
  from: Offset,
  until: Offset,
});
export type GatheredRecords = z.infer<typeof GatheredRecords>;

/** The report of a recovery: what it found, and with `applied` did. */
export const RecoveryReport = z.object({
  id: text({ max: 200 }),
  status: z.enum(['under-way', 'done', 'failed']),
  applied: z.boolean(),
  /** Says what is being done, or why it has failed. */
  detail: text({ max: 2_000 }).optional(),
  /** The time from which the topics are read, in milliseconds since the epoch. */
  since: TimeMs,
  partitions: z.array(RecoveredPartition),
  /** Distinct runs that the records to read again ask for or are about. */
  runs: Count,
  /** Results that stand on `results` for the time that the store does not know: none of them is published again. */
  results: Count,
  /** Records that the recovery has published because they were decided anew and did not stand anywhere. */
  published: Count,
  missing: z.array(MissingRun),
  /** Records of triggers that gather. Absent in reports of earlier versions. */
  gathered: z.array(GatheredRecords).optional(),
});
export type RecoveryReport = z.infer<typeof RecoveryReport>;
