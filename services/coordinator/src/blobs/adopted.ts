import { BlobError, type Blobs } from '@millrace/blobs';
import { fits, type Outgoing } from '@millrace/broker';
import { blobsIn, eventRecord, failure, type Failure, type RunReplayRequested, type Topics } from '@millrace/contracts';
import { lightened } from './lightened.js';

interface Needs {
  readonly blobs: Blobs | undefined;
  readonly topics: Topics;
  readonly maxRecordBytes: number;
}

/**
 * Returns the record that begins a replay. Blobs of the run that is replayed are copied to the new run, which keeps them when the other one is removed. A
 * failure where one of them cannot be read, or no record can hold what the event carries.
 */
export async function replayRecord(
  event: RunReplayRequested,
  { id, needs: { blobs, topics, maxRecordBytes } }: { readonly id: string; readonly needs: Needs },
): Promise<Outgoing | Failure> {
  try {
    const own = blobs ? await withOwnBlobs(event, blobs) : event;
    const record = eventRecord(topics, own, { id });
    const [light = record] = blobs ? await lightened([record], { blobs, maxRecordBytes }) : [record];
    if (fits(light, maxRecordBytes)) return light;
    return failure(
      'RECORD_TOO_LARGE',
      `The outputs of ${event.of} before ${event.from} are more than one record takes.`,
    );
  } catch (error) {
    if (error instanceof BlobError && error.failure.kind === 'permanent') return error.failure;
    throw error;
  }
}

async function withOwnBlobs(event: RunReplayRequested, blobs: Blobs): Promise<RunReplayRequested> {
  const { run, input, outputs } = event;
  if (blobsIn([input, outputs]).length === 0) return event;
  const adopted = (await blobs.adopt({ input, outputs }, run)) as Pick<RunReplayRequested, 'input' | 'outputs'>;
  return { ...event, ...adopted };
}
