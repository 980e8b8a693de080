import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BLOB_KEY, blobsIn, type BlobReference, isBlobReference } from '@millrace/contracts';
import fc from 'fast-check';
import { Blobs } from './blobs.js';
import { readBlobLocation } from './open-blobs.js';
import type { BlobStore } from './port.js';
import { testBlobs } from './testing.js';

const RUN = `run_${'3'.repeat(26)}`;
const OTHER = `run_${'4'.repeat(26)}`;
const THRESHOLD = 1_000;

const fileOf = (folder: string, { [BLOB_KEY]: { run, sha256 } }: BlobReference) =>
  join(folder, run.slice(-2), run, sha256);

test('a value up to the threshold stays as it is, and nothing is written', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const value = { text: 'x'.repeat(THRESHOLD - 20) };
  expect(await blobs.lighten(value, { run: RUN })).toEqual(value);
  expect(await readdir(blobs.folder)).toEqual([]);
});

test('a large field is taken out, and the fields beside it stay', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const value = { subject: 'Hello', attachments: [{ name: 'a.pdf', content: 'x'.repeat(5_000) }] };
  const light = await blobs.lighten(value, { run: RUN });
  expect(light).toEqual({
    subject: 'Hello',
    attachments: [
      { name: 'a.pdf', content: { [BLOB_KEY]: expect.objectContaining({ run: RUN, bytes: 5_000, as: 'text' }) } },
    ],
  });
  expect(await blobs.resolve(light)).toEqual(value);
});

test('whatever a value is, no more than the threshold travels, and the value comes back', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const long = fc.string({ minLength: 500, maxLength: 3_000, unit: 'grapheme' });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(long, fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('tree'), { maxLength: 12 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('tree'), { maxKeys: 12 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const light = await blobs.lighten(value, { run: RUN });
      // Escapes make a text up to six times as long.
      expect(JSON.stringify(light).length).toBeLessThanOrEqual(6 * THRESHOLD);
      expect(await blobs.resolve(light)).toEqual(value);
      expect(await blobs.lighten(value, { run: RUN })).toEqual(light);
    }),
    { numRuns: 20 },
  );
});

test('a mail that is kept as bytes is read as text or base64', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const bytes = Buffer.from('Grüße');
  expect(await blobs.resolve(await blobs.keep(bytes, { run: RUN, as: 'text' }))).toBe('Grüße');
  expect(await blobs.resolve(await blobs.keep(bytes, { run: RUN, as: 'base64' }))).toBe(bytes.toString('base64'));
});

test('the beginning of a large text is read without the rest, and the checksum of all is compared', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const text = `Grüße ${'äöü'.repeat(100_000)}`;
  const reference = await blobs.keep(Buffer.from(text), { run: RUN, as: 'text' });
  expect(await blobs.beginning(reference, 9)).toBe('Grüße äöü');
  expect(await blobs.beginning(reference, 1_000_000)).toBe(text);
  const base64 = await blobs.keep(Buffer.from(text), { run: RUN, as: 'base64' });
  expect(await blobs.beginning(base64, 8)).toBe(Buffer.from(text).toString('base64').slice(0, 8));
  await writeFile(fileOf(blobs.folder, reference), `${text.slice(0, -1)}x`);
  await expect(blobs.beginning(reference, 9)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  await rm(fileOf(blobs.folder, reference));
  await expect(blobs.beginning(reference, 9)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
});

test('a blob that is gone, or has other bytes, is a permanent failure that names it', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const light = await blobs.lighten('x'.repeat(2_000), { run: RUN });
  const [reference] = blobsIn(light);
  if (!reference) throw new Error('There is no reference.');
  const { sha256 } = reference[BLOB_KEY];
  await writeFile(fileOf(blobs.folder, reference), 'x'.repeat(1_999));
  const named = expect.stringContaining(`${RUN}/${sha256}`);
  await expect(blobs.resolve(light)).rejects.toMatchObject({
    failure: { code: 'BLOB_DAMAGED', kind: 'permanent', message: named },
  });
  await rm(fileOf(blobs.folder, reference));
  await expect(blobs.resolve(light)).rejects.toMatchObject({
    failure: { code: 'BLOB_MISSING', kind: 'permanent', message: named },
  });
});

class FaultyStore implements BlobStore {
  tries = 0;
  constructor(private readonly faults: number) {}
  put(): Promise<void> {
    return this.tried(undefined);
  }
  putFile(): Promise<void> {
    return this.tried(undefined);
  }
  stream(): Promise<undefined> {
    return this.tried(undefined);
  }
  get(): Promise<Uint8Array | undefined> {
    return this.tried(undefined);
  }
  removeRun(): Promise<void> {
    return this.tried(undefined);
  }
  async *runs(): AsyncIterable<string> {
    await this.tried(undefined);
  }
  private tried<T>(value: T): Promise<T> {
    return ++this.tries > this.faults ? Promise.resolve(value) : Promise.reject(new Error('connect ECONNREFUSED'));
  }
}

test('a store that does not answer is asked again, then it is a transient failure', async () => {
  const short = new FaultyStore(2);
  const long = new FaultyStore(9);
  const over = (store: BlobStore) => new Blobs({ store, threshold: 10, pausesMs: [1, 1] });
  expect(isBlobReference(await over(short).lighten('x'.repeat(100), { run: RUN }))).toBe(true);
  await expect(over(long).lighten('x'.repeat(100), { run: RUN })).rejects.toMatchObject({
    failure: { code: 'BLOB_STORE_AWAY', kind: 'transient' },
  });
  expect([short.tries, long.tries]).toEqual([3, 3]);
});

test('what another run adopts stays when the first one is removed, blobs within blobs included', async () => {
  await using blobs = await testBlobs(THRESHOLD);
  const value = { list: Array.from({ length: 40 }, (_, i) => ({ i, note: 'n'.repeat(i === 7 ? 4_000 : 30) })) };
  const light = await blobs.lighten(value, { run: RUN });
  const adopted = await blobs.adopt(light, OTHER);
  await blobs.remove([RUN]);
  expect(await blobs.resolve(adopted)).toEqual(value);
  await expect(blobs.resolve(light)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
});

test.each([
  ['./blobs', { folder: './blobs' }],
  ['/var/lib/blobs', { folder: '/var/lib/blobs' }],
  ['s3://bucket', { s3: { bucket: 'bucket', prefix: '', endpoint: undefined, region: 'us-east-1' } }],
  [
    's3://bucket/some/path/?endpoint=http://localhost:7070&region=eu-west-1',
    { s3: { bucket: 'bucket', prefix: 'some/path/', endpoint: 'http://localhost:7070', region: 'eu-west-1' } },
  ],
  ['s3://key:secret@bucket', undefined],
  ['s3://bucket?endpoint=ftp://x', undefined],
  ['https://bucket', undefined],
])('the place %s is read', (text, expected) => expect(readBlobLocation(text)).toEqual(expected));
