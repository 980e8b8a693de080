import type { Blobs } from '@millrace/blobs';
import { fits, type Outgoing } from '@millrace/broker';

/** The fields of a record that hold a value. */
const VALUES = ['input', 'output'];
/** The fields of a record that hold values by name. */
const NAMED_VALUES = ['known', 'given', 'outputs'];
/** The bytes that a broker adds around a record. */
const SPARE_BYTES = 1_024;
/** A value of fewer characters is hardly larger than a reference. */
const SMALLEST = 1_024;

/** The most bytes of a record before its values go to blobs. */
export const MAX_HEAVY_BYTES = 64 * 1024 * 1024;

/**
 * Returns a batch's records as they are published: values that are larger than the threshold are in blobs of their runs. Where a record is still larger than
 * the broker takes, because of the number of its values, smaller values go to blobs, too.
 */
export async function lightened(
  records: readonly Outgoing[],
  { blobs, maxRecordBytes }: { readonly blobs: Blobs; readonly maxRecordBytes: number },
): Promise<Outgoing[]> {
  const light: Outgoing[] = [];
  for (const record of records) light.push(await lightenedRecord(record, { blobs, maxRecordBytes }));
  return light;
}

async function lightenedRecord(
  record: Outgoing,
  { blobs, maxRecordBytes }: { readonly blobs: Blobs; readonly maxRecordBytes: number },
): Promise<Outgoing> {
  const { key, value } = record;
  // The bytes of a record that nobody could read are parked as they came.
  if (typeof value !== 'string' || value.length <= blobs.threshold || typeof key !== 'string') return record;
  const message = JSON.parse(value) as Record<string, unknown>;
  for (let { threshold } = blobs; ; threshold /= 2) {
    const light = await lightenedMessage(message, (part) => blobs.lighten(part, { run: key, threshold }));
    const next = { ...record, value: JSON.stringify(light) };
    if (fits(next, maxRecordBytes - SPARE_BYTES) || threshold < SMALLEST) return next;
  }
}

async function lightenedMessage(
  message: Record<string, unknown>,
  lighten: (value: unknown) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const light = { ...message };
  for (const field of VALUES) if (field in light) light[field] = await lighten(light[field]);
  for (const field of NAMED_VALUES) {
    const named = light[field];
    if (typeof named !== 'object' || named === null) continue;
    const parts: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(named)) parts[name] = await lighten(value);
    light[field] = parts;
  }
  return light;
}
