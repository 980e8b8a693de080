import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BlobName } from '@millrace/contracts';
import type { BlobStore } from './port.js';

export interface S3Location {
  readonly bucket: string;
  /** Stands before each key; empty or with a slash at its end. */
  readonly prefix: string;
  /** The URL of a store other than Amazon's. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** The most keys that one request removes. */
const MOST_KEYS = 1_000;

/** Keeps blobs in a bucket of an S3-compatible store, under `<prefix><run>/<sha256>`. */
export class S3BlobStore implements BlobStore, Disposable {
  private constructor(
    private readonly sdk: Sdk,
    private readonly client: S3Client,
    private readonly at: S3Location,
  ) {}

  /** Loads the SDK, which nobody else needs. Credentials come from where the SDK looks for them. @throws where the SDK is not installed */
  static async open(at: S3Location): Promise<S3BlobStore> {
    const sdk = await loadSdk();
    const client = new sdk.S3Client({
      region: at.region,
      // Many stores know buckets by path alone, and know nothing of the checksums that the SDK adds unasked. Blobs have one of their own.
      ...(at.endpoint !== undefined && { endpoint: at.endpoint, forcePathStyle: true }),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return new S3BlobStore(sdk, client, at);
  }

  async put(name: BlobName, bytes: Uint8Array): Promise<void> {
    const { PutObjectCommand } = this.sdk;
    await this.client.send(new PutObjectCommand({ Bucket: this.at.bucket, Key: this.keyOf(name), Body: bytes }));
  }

  async putFile(name: BlobName, file: string): Promise<void> {
    const { PutObjectCommand } = this.sdk;
    const { size } = await stat(file);
    const to = { Bucket: this.at.bucket, Key: this.keyOf(name) };
    await this.client.send(new PutObjectCommand({ ...to, Body: createReadStream(file), ContentLength: size }));
  }

  async get(name: BlobName): Promise<Uint8Array | undefined> {
    return (await this.body(name))?.transformToByteArray();
  }

  async stream(name: BlobName): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.body(name)) as AsyncIterable<Uint8Array> | undefined;
  }

  private async body(name: BlobName) {
    const { GetObjectCommand, NoSuchKey } = this.sdk;
    try {
      const found = await this.client.send(new GetObjectCommand({ Bucket: this.at.bucket, Key: this.keyOf(name) }));
      return found.Body;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async removeRun(run: string): Promise<void> {
    const { DeleteObjectsCommand, ListObjectsV2Command } = this.sdk;
    const { bucket: Bucket, prefix } = this.at;
    for (;;) {
      const listed = await this.client.send(
        new ListObjectsV2Command({ Bucket, Prefix: `${prefix}${run}/`, MaxKeys: MOST_KEYS }),
      );
      const Objects = (listed.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (Objects.length === 0) return;
      const removed = await this.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      const [refused] = removed.Errors ?? [];
      if (refused) throw new Error(`The object ${refused.Key} could not be removed: ${refused.Code}.`);
    }
  }

  async *runs(before: number): AsyncIterable<string> {
    const { paginateListObjectsV2 } = this.sdk;
    const { bucket: Bucket, prefix: Prefix } = this.at;
    // Keys come in order, so that all blobs of a run come one after the other.
    let run: string | undefined;
    let newest = 0;
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.client }, { Bucket, Prefix }))
      for (const { Key, LastModified } of Contents) {
        const next = Key?.slice(Prefix.length).split('/', 1)[0];
        if (next !== run) {
          if (run !== undefined && newest < before) yield run;
          run = next;
          newest = 0;
        }
        newest = Math.max(newest, LastModified?.getTime() ?? Infinity);
      }
    if (run !== undefined && newest < before) yield run;
  }

  [Symbol.dispose](): void {
    this.client.destroy();
  }

  private keyOf({ run, sha256 }: BlobName): string {
    return `${this.at.prefix}${run}/${sha256}`;
  }
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw new Error('BLOBS names an S3 store, for which the AWS SDK is needed: npm install @aws-sdk/client-s3', {
      cause,
    });
  }
}
