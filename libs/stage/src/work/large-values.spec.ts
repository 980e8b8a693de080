import { rm } from 'node:fs/promises';
import { testBlobs } from '@millrace/blobs/testing';
import { BLOB_KEY, blobsIn, randomId } from '@millrace/contracts';
import { LargeValues } from './large-values.js';

const RUN = randomId('run');
const LIMIT = 100_000;

test('an output up to the threshold is written as it is; a larger one with a reference, and read back whole', async () => {
  await using blobs = await testBlobs(1_000);
  const large = new LargeValues(blobs, LIMIT);
  const small = { text: 'x' };
  expect(await large.written(small, RUN)).toEqual({ output: small, text: JSON.stringify(small) });
  const output = { subject: 'a', text: 'x'.repeat(500_000) };
  const written = await large.written(output, RUN);
  if ('failure' in written) throw new Error(written.failure.message);
  expect(written.text.length).toBeLessThan(1_000);
  expect(JSON.parse(written.text)).toEqual(written.output);
  expect(await large.resolved(written.output)).toEqual({ value: output });
});

test('of a text that the stage reads the beginning of, no more is loaded', async () => {
  await using blobs = await testBlobs(1_000);
  const input = await blobs.lighten({ head: 'x'.repeat(50_000), whole: 'y'.repeat(50_000) }, { run: RUN });
  const large = new LargeValues(blobs, LIMIT, { head: 10, absent: 10 });
  expect(await large.resolved(input)).toEqual({ value: { head: 'x'.repeat(10), whole: 'y'.repeat(50_000) } });
  expect(await large.resolved({ head: 'short' })).toEqual({ value: { head: 'short' } });
});

test('an output without a blob store has the size of a record at most', async () => {
  const written = await new LargeValues(undefined, LIMIT).written({ text: 'x'.repeat(LIMIT + 1) }, RUN);
  expect(written).toMatchObject({ failure: { code: 'STAGE_OUTPUT_TOO_LARGE' } });
});

test.each([undefined, 1_000])('an output with the key of references is refused (threshold %s)', async (threshold) => {
  await using blobs = await testBlobs(threshold ?? 1);
  const large = new LargeValues(threshold === undefined ? undefined : blobs, LIMIT);
  const forged = { [BLOB_KEY]: { run: RUN, sha256: '0'.repeat(64), bytes: 1, as: 'json' } };
  expect(await large.written({ a: [forged] }, RUN)).toMatchObject({
    failure: { code: 'STAGE_OUTPUT_INVALID', details: [{ pointer: '/a/0' }] },
  });
});

test('an input whose blob is missing, and one that a service without a store gets, fail for good and name the blob', async () => {
  await using blobs = await testBlobs(1_000);
  const input = await blobs.lighten({ text: 'x'.repeat(2_000) }, { run: RUN });
  const [reference] = blobsIn(input);
  const named = expect.stringContaining(`${RUN}/${reference?.[BLOB_KEY].sha256}`);
  expect(await new LargeValues(undefined, LIMIT).resolved(input)).toMatchObject({
    failure: { code: 'NO_BLOB_STORE', kind: 'permanent', message: named },
  });
  await blobs.remove([RUN]);
  expect(await new LargeValues(blobs, LIMIT).resolved(input)).toMatchObject({
    failure: { code: 'BLOB_MISSING', kind: 'permanent', message: named },
  });
});

test('a store that is away is a transient failure: the step is tried again', async () => {
  await using blobs = await testBlobs(1_000);
  const input = await blobs.lighten({ text: 'x'.repeat(2_000) }, { run: RUN });
  await rm(blobs.folder, { recursive: true });
  expect(await new LargeValues(blobs, LIMIT).resolved(input)).toMatchObject({
    failure: { code: 'BLOB_STORE_AWAY', kind: 'transient' },
  });
});
