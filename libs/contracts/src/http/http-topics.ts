import { z } from 'zod';
import { Time } from './http-shown.js';

const Offset = z.int().nonnegative();
const Size = z.int().nonnegative();

/** A topic in the list. */
export const TopicSummaryView = z.object({
  name: z.string(),
  /** Its purpose; absent where it is none of Millrace's. */
  about: z.string().optional(),
  /** The stage whose commands it holds. */
  stage: z.string().optional(),
  partitions: z.int().positive(),
  /** The offsets between the beginnings and the ends of its partitions: at most so many records, as transactions and compaction leave gaps. */
  records: Size,
});
export type TopicSummaryView = z.infer<typeof TopicSummaryView>;

export const TopicList = z.object({
  items: z.array(TopicSummaryView),
  /** Keys, values and headers of records are not shown here. */
  contentHidden: z.literal(true).optional(),
});
export type TopicList = z.infer<typeof TopicList>;

/** A consumer group of a topic, and how far it is. */
export const TopicGroupView = z.object({
  name: z.string(),
  /** The number of processes that take part in it now; absent where the broker does not say. */
  consumers: z.int().nonnegative().optional(),
  /** Records that it has not finished. */
  backlog: Size,
  partitions: z.array(
    z.object({
      partition: Offset,
      /** The committed offset; `null` where it has none. */
      committed: Offset.nullable(),
      backlog: Size,
    }),
  ),
});
export type TopicGroupView = z.infer<typeof TopicGroupView>;

export const TopicView = TopicSummaryView.extend({
  /** The first offset that each partition still holds, and the one past its last committed record. */
  ranges: z.array(z.object({ partition: Offset, start: Offset, end: Offset })),
  /** The consumer groups that have committed an offset of it, and the one of Millrace that reads it. */
  groups: z.array(TopicGroupView),
  /** Keys, values and headers of records are not shown here. */
  contentHidden: z.literal(true).optional(),
});
export type TopicView = z.infer<typeof TopicView>;

/** A key or a value as it came: JSON, other text, or bytes. */
export const ContentView = z.object({
  form: z.enum(['json', 'text', 'bytes']),
  /** The text; for bytes, base64. */
  text: z.string(),
  /** The text ends before the content does. */
  cut: z.literal(true).optional(),
});
export type ContentView = z.infer<typeof ContentView>;

export const RecordView = z.object({
  partition: Offset,
  offset: Offset,
  /** The time that the log has for it. */
  at: Time,
  keyBytes: Size,
  /** The size of the value; absent for a record without a value, which ends its key on a compacted topic. */
  valueBytes: Size.optional(),
  /** Absent where the record has none, or where the content is hidden. */
  key: ContentView.optional(),
  value: ContentView.optional(),
  /** In the order sent; a name may come more than once. */
  headers: z.array(ContentView.extend({ name: z.string() })).optional(),
  /** For a topic of Millrace's: what the record says. */
  says: z
    .object({
      /** The first 20 of them. */
      items: z.array(
        z.object({ type: z.string().optional(), run: z.string().optional(), step: z.string().optional() }),
      ),
      /** The number of all. */
      total: Size,
    })
    .optional(),
  /** The reason for which the value is not what its topic is for. */
  misfit: z.string().optional(),
});
export type RecordView = z.infer<typeof RecordView>;

export const RecordList = z.object({
  items: z.array(RecordView),
  /** Pass it as `cursor` to go on; absent where all partitions were read to their end. */
  next: z.string().optional(),
  /** The number of records that were looked at, and the bytes of their keys and values. */
  looked: z.object({ records: Size, bytes: Size }),
  /**
   * The reason for which the answer ends: it has as many records as were asked for (`limit`), the partitions end (`end`), or one answer looks at no more records
   * (`records`), bytes (`bytes`) or for no longer (`time`).
   */
  ended: z.enum(['limit', 'end', 'records', 'bytes', 'time']),
});
export type RecordList = z.infer<typeof RecordList>;
