import { failure, type Failure, type TakenRecord } from '@millrace/contracts';
import type { CollectedRecord } from './batch-window.js';
import type { LoadedTrigger } from './starts.js';
import { isFailure, placeOf, readTopicRecord } from './topic-record.js';

/** A run that is asked for: the same key is the same run. */
export interface Asking {
  readonly key: string;
  readonly input: unknown;
}

/** The outcome for a record: a run, part of one, or a dead letter with the reason. */
export type Triggered =
  { readonly run: Asking } | { readonly collected: CollectedRecord } | { readonly failure: Failure };

export const TOO_LARGE = failure(
  'RECORD_TOO_LARGE',
  'The input that the trigger makes of the record is too large for a record.',
);

/** Returns what a trigger makes of a record of its topic; nothing where the trigger does not want it. */
export function triggered(
  record: TakenRecord,
  options: { id: string; trigger: LoadedTrigger; at: number; maxRecordBytes: number },
): Triggered | undefined {
  const { id, trigger, at, maxRecordBytes } = options;
  const { gather } = trigger;
  const read = readTopicRecord(record);
  const wanted = isFailure(read) ? read : trigger.wants(read);
  if (wanted === false) return undefined;
  if (wanted !== true) return { failure: wanted };
  if (!gather) return { run: { key: `${trigger.name}/${placeOf(record)}`, input: trigger.inputOf({ record: read }) } };
  const kept = (gather.by === 'batch' ? trigger.itemOf(read) : read) ?? null;
  const bytes = Buffer.byteLength(JSON.stringify(kept));
  // Half of what a record may hold: the input is made of them, and the run's command of the input.
  const maxBytes = maxRecordBytes / 2;
  if (bytes > maxBytes) return { failure: TOO_LARGE };
  return {
    collected: {
      trigger: id,
      key: trigger.keyOf(read),
      record: kept,
      bytes,
      // Triggers of several pipelines may have one name and gather the same records.
      place: `${id}/${placeOf(record)}`,
      max: gather.by === 'batch' ? gather.max : Infinity,
      maxBytes,
      dueAt: at + (gather.by === 'batch' ? gather.withinMs : gather.quietMs),
      latestMs: gather.withinMs,
      replaces: gather.by === 'debounce',
    },
  };
}

/** The input of the run that the records of a batch window become. */
export const inputOfBatch = (trigger: LoadedTrigger, records: readonly unknown[]): unknown =>
  trigger.inputOf(trigger.gather?.by === 'batch' ? { items: records } : { record: records.at(-1) });
