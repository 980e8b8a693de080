import type { Incoming, OrderedSource } from '@millrace/broker';
import { type Failure, HEADER, headerText, UNREADABLE } from '@millrace/contracts';
import type { DeadLetter, Store } from '@millrace/store';

/** Keeps in the store, for API and console, the records on `dead-letters` that nobody could read. Parked steps are there already. */
export function unreadSource(store: Store, of: { topic: string; group: string; maxBatch: number }): OrderedSource {
  return {
    ...of,
    async take({ records }) {
      const letters = records.flatMap((record) => letterOf(record) ?? []);
      if (letters.length > 0) await store.writer.keep(letters);
      return [];
    },
  };
}

function letterOf(record: Incoming): DeadLetter | undefined {
  const text = (name: string) => headerText(record.headers, name);
  const id = text(UNREADABLE.deadLetter);
  if (id === undefined) return undefined;
  const details = text(UNREADABLE.failureDetails);
  const headers = Object.entries(record.headers).flatMap(([name]) => {
    const value = OURS.has(name) || name.startsWith('__dlq.') ? undefined : text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    id,
    status: 'open',
    at: Date.parse(text(UNREADABLE.failedAt) ?? '') || record.timestamp,
    failure: {
      kind: text(UNREADABLE.failureKind) === 'transient' ? 'transient' : 'permanent',
      code: text(UNREADABLE.failureCode) ?? 'INVALID_RECORD',
      message: text(UNREADABLE.failureMessage) ?? '',
      ...(details !== undefined && { details: JSON.parse(details) as Failure['details'] }),
    },
    run: undefined,
    pipeline: text(HEADER.pipeline)?.replaceAll('\0', ''),
    step: undefined,
    stage: undefined,
    attempts: 0,
    input: undefined,
    record: {
      topic: text(UNREADABLE.topic) ?? record.topic,
      partition: Number(text(UNREADABLE.partition) ?? record.partition),
      offset: Number(text(UNREADABLE.offset) ?? record.offset),
      timestamp: Date.parse(text(UNREADABLE.timestamp) ?? '') || record.timestamp,
      key: record.key?.toString('base64') ?? null,
      value: record.value?.toString('base64') ?? null,
      headers: Object.fromEntries(headers),
    },
  };
}

const OURS: ReadonlySet<string> = new Set(Object.values(UNREADABLE));
