import type { Blobs } from '@millrace/blobs';
import { HEADER, runIdOf, type WireRecord } from '@millrace/contracts';

/** Returns a request for a run as it is published: a large input is in blobs of the run, whose id follows from the request. */
export async function lightRequest(record: WireRecord, blobs: Blobs | undefined): Promise<WireRecord> {
  const { value, headers } = record;
  const { [HEADER.pipeline]: pipeline, [HEADER.idempotencyKey]: key } = headers;
  if (!blobs || value === null || value.length <= blobs.threshold) return record;
  if (pipeline === undefined || key === undefined) return record;
  const input = await blobs.lighten(JSON.parse(value), { run: runIdOf(pipeline, key) });
  return { ...record, value: JSON.stringify(input) };
}
