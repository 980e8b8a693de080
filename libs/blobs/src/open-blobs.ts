import { AesCipher } from './aes-cipher.js';
import { Blobs } from './blobs.js';
import { FileBlobStore } from './file-store.js';
import type { BlobStore } from './port.js';
import { S3BlobStore, type S3Location } from './s3-store.js';
import { SealedBlobStore } from './sealed-store.js';

/** The place of a blob store. */
export type BlobLocation = { readonly folder: string } | { readonly s3: S3Location };

export interface BlobSettings {
  readonly at: BlobLocation;
  readonly threshold: number;
  readonly keyFile: string | undefined;
}

/** Reads where blobs are kept: `s3://bucket/prefix?endpoint=…&region=…`, or a folder. Returns undefined for another URL. */
export function readBlobLocation(text: string): BlobLocation | undefined {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) return { folder: text };
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname: bucket, pathname, searchParams, username, password } = new URL(text);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  const isUsable = protocol === 's3:' && bucket !== '' && username === '' && password === '';
  if (!isUsable || (endpoint !== undefined && !/^https?:\/\/[^/@]+\/?$/.test(endpoint))) return undefined;
  const path = pathname.replace(/^\/+|\/+$/g, '');
  const prefix = path === '' ? '' : `${path}/`;
  return { s3: { bucket, prefix, endpoint, region: searchParams.get('region') ?? 'us-east-1' } };
}

/** Opens the blob store that the settings name. What is not used is not loaded. */
export async function openBlobs({ at, threshold, keyFile }: BlobSettings): Promise<Blobs & Disposable> {
  const store = 'folder' in at ? new FileBlobStore(at.folder) : await S3BlobStore.open(at.s3);
  const sealed: BlobStore = keyFile === undefined ? store : new SealedBlobStore(store, AesCipher.fromFile(keyFile));
  return Object.assign(new Blobs({ store: sealed, threshold }), {
    [Symbol.dispose]: () => (store instanceof S3BlobStore ? store[Symbol.dispose]() : undefined),
  });
}
