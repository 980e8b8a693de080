import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { randomId } from '@millrace/contracts';
import { buildS3, find, type LocalS3, S3_LOGIN, startS3 } from '@millrace/local';
import { Blobs } from './blobs.js';
import { blobStoreSuite, type TestedStore } from './conformance.js';
import { S3BlobStore, type S3Location } from './s3-store.js';

/** The store is built with Go, once. */
const BUILD_MS = 600_000;
const GO = find('go', ['/usr/local/go/bin']);

const bucket = 'millrace-blobs';
let dataDir: string;
let server: LocalS3;
let at: S3Location;

async function started(): Promise<void> {
  await buildS3();
  dataDir = await mkdtemp(join(tmpdir(), 'millrace-s3-'));
  server = await startS3({ port: 0, dataDir });
  process.env['AWS_ACCESS_KEY_ID'] = S3_LOGIN.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = S3_LOGIN.secretAccessKey;
  at = { bucket, prefix: 'some/path/', endpoint: server.url, region: 'us-east-1' };
  const client = new S3Client({ region: at.region, endpoint: server.url, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
}

async function open(): Promise<TestedStore> {
  const store = await S3BlobStore.open(at);
  return {
    store,
    [Symbol.asyncDispose]: () => {
      store[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

// A machine without Go cannot build the server.
// A machine that runs this by hand may lack Go.
(GO === undefined ? describe.skip : describe)('an S3-compatible store (versitygw)', () => {
  beforeAll(started, BUILD_MS);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  blobStoreSuite('S3', open);

  test('a store that is killed is asked again until it is back; one that stays away is a transient failure', async () => {
    using store = await S3BlobStore.open(at);
    const [run, text] = [randomId('run'), 'x'.repeat(300_000)];
    const impatient = new Blobs({ store, threshold: 1_000, pausesMs: [] });
    const patient = new Blobs({ store, threshold: 1_000, pausesMs: Array.from({ length: 200 }, () => 100) });
    await server.kill9();
    await expect(impatient.lighten(text, { run })).rejects.toMatchObject({
      failure: { code: 'BLOB_STORE_AWAY', kind: 'transient' },
    });
    const writing = patient.lighten(text, { run });
    await server.restart();
    expect(await patient.resolve(await writing)).toBe(text);
  }, 120_000);

  test('a bucket that is not there is no missing blob', async () => {
    using store = await S3BlobStore.open({ ...at, bucket: 'not-made' });
    const blobs = new Blobs({ store, threshold: 1_000, pausesMs: [] });
    const name = { run: randomId('run'), sha256: '0'.repeat(64) };
    await expect(blobs.read(name)).rejects.toMatchObject({ code: 'BLOB_STORE_AWAY' });
  });
});
