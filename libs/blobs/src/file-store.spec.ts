import { rm } from 'node:fs/promises';
import { AesCipher } from './aes-cipher.js';
import { blobStoreSuite } from './conformance.js';
import { FileBlobStore } from './file-store.js';
import { SealedBlobStore } from './sealed-store.js';
import { aFolder } from './testing.js';

blobStoreSuite('files', async () => {
  const folder = await aFolder();
  return { store: new FileBlobStore(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

blobStoreSuite('files, encrypted', async () => {
  const folder = await aFolder();
  const store = new SealedBlobStore(new FileBlobStore(folder.path), new AesCipher([Buffer.alloc(32, 1)]));
  return { store, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

test('a folder that is not there, as one that is not mounted, is away: nothing in it is given up for missing', async () => {
  await using folder = await aFolder();
  const store = new FileBlobStore(folder.path);
  const name = { run: `run_${'0'.repeat(26)}`, sha256: '0'.repeat(64) };
  expect(await store.get(name)).toBeUndefined();
  await rm(folder.path, { recursive: true });
  await expect(store.get(name)).rejects.toMatchObject({ code: 'ENOENT' });
});
