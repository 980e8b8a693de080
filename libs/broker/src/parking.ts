import type { Handle, Outgoing, Source } from './broker.js';
import type { Incoming } from './incoming.js';
import { BrokerError } from './errors.js';
import { refuseTooLarge } from './packing.js';

/** The number of failures in a row that blame a record, or its batch, before the record is parked. */
export const TRIES = 3;

/** The error that a record which the broker itself cannot read is parked with. */
export function damageOf({ topic, partition, offset, damaged }: Incoming): BrokerError | undefined {
  if (damaged === undefined) return undefined;
  const place = `at offset ${offset} of partition ${partition} of ${topic}`;
  return new BrokerError('RECORD_DAMAGED', `The record ${place} cannot be read: ${damaged}.`);
}

/** Handles records as `handle` does, and parks one that has failed `TRIES` times for a reason of its own. */
export function withParking({ parking }: Source, handle: Handle, maxRecordBytes: number): Handle {
  if (!parking) return (record, signal) => (record.damaged === undefined ? handle(record, signal) : NOTHING);
  const failed = new Map<string, { times: number; error: unknown }>();
  return async (record, signal) => {
    const damage = damageOf(record);
    if (damage) return parking.park(record, damage);
    const place = `${record.partition}/${record.offset}`;
    const before = failed.size === 0 ? undefined : failed.get(place);
    try {
      if (before && before.times >= TRIES) return await parking.park(record, before.error);
      const answer = await handle(record, signal);
      refuseTooLarge(answer, maxRecordBytes);
      if (before) failed.delete(place);
      return answer;
    } catch (error) {
      // What is handled no longer is another owner's: it is not remembered here.
      if (signal.aborted) failed.delete(place);
      else if (parking.blames(error)) failed.set(place, { times: Math.min((before?.times ?? 0) + 1, TRIES), error });
      throw error;
    }
  };
}

const NOTHING: Promise<readonly Outgoing[]> = Promise.resolve([]);

/**
 * Returns what a log may say of an error: its name, its code and that of its cause, and its place in the source. Its message may
 * quote what the record says.
 */
export function causeOf(error: unknown): { error: string; code?: string; cause?: string; at?: string } {
  if (typeof error !== 'object' || error === null) return { error: typeof error };
  const { name, stack, cause: inner } = error as Partial<Error>;
  const [code, cause] = [codeOf(error), codeOf(inner)];
  const at = stack?.split('\n').find((line) => /^\s+at /.test(line));
  return {
    error: name ?? typeof error,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause }),
    ...(at !== undefined && { at: at.trim() }),
  };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, type } = error as { code?: unknown; type?: unknown };
  return [code, type].find((one) => typeof one === 'string')?.slice(0, 64);
}
