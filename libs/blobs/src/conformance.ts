import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobName } from '@millrace/contracts';
import type { BlobStore } from './port.js';

/** A store as a suite tests it, and what removes it. */
export interface TestedStore extends AsyncDisposable {
  readonly store: BlobStore;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
let made = 0;
const aRun = (): string => `run_${String(made++).padStart(25, '0')}${ALPHABET[made % ALPHABET.length]}`;
const nameOf = (bytes: Uint8Array, run: string): BlobName => ({ run, sha256: hash('sha256', bytes) });

async function runsOf(store: BlobStore, before: number): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const run of store.runs(before)) found.push(run);
  return found;
}

const TOMORROW_MS = 86_400_000;

/** Declares a Jest suite in which every sentence of `port.ts` is a test. Every adapter runs it on itself. */
export function blobStoreSuite(adapter: string, open: () => Promise<TestedStore>): void {
  describe(`a blob store: ${adapter}`, () => {
    let tested: TestedStore;
    beforeAll(async () => {
      tested = await open();
    });
    afterAll(() => tested[Symbol.asyncDispose]());

    test('gives back the bytes that were put, whatever they are', async () => {
      const run = aRun();
      for (const bytes of [
        Buffer.from('text'),
        Buffer.alloc(0),
        Buffer.from([0, 255, 10, 13]),
        Buffer.alloc(3_000_000, 7),
      ]) {
        await tested.store.put(nameOf(bytes, run), bytes);
        expect(Buffer.from((await tested.store.get(nameOf(bytes, run))) ?? 'none').equals(bytes)).toBe(true);
      }
    });

    test('takes a file, and gives a blob in parts', async () => {
      const [run, bytes] = [aRun(), Buffer.alloc(1_500_000, 'parts')];
      const folder = await mkdtemp(join(tmpdir(), 'millrace-file-'));
      try {
        await writeFile(join(folder, 'file'), bytes);
        await tested.store.putFile(nameOf(bytes, run), join(folder, 'file'));
        const parts: Uint8Array[] = [];
        for await (const part of (await tested.store.stream(nameOf(bytes, run))) ?? []) parts.push(part);
        expect(Buffer.concat(parts).equals(bytes)).toBe(true);
        expect(await tested.store.stream(nameOf(Buffer.from('nothing'), run))).toBeUndefined();
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    test('has no blob that was never put', async () => {
      const run = aRun();
      expect(await tested.store.get(nameOf(Buffer.from('nothing'), run))).toBeUndefined();
      await tested.store.put(nameOf(Buffer.from('other'), run), Buffer.from('other'));
      expect(await tested.store.get(nameOf(Buffer.from('nothing'), run))).toBeUndefined();
    });

    test('the same blob may be put many times, also at once', async () => {
      const [run, bytes] = [aRun(), Buffer.alloc(200_000, 1)];
      await Promise.all(Array.from({ length: 5 }, () => tested.store.put(nameOf(bytes, run), bytes)));
      expect(Buffer.from((await tested.store.get(nameOf(bytes, run))) ?? 'none').equals(bytes)).toBe(true);
    });

    test('removes the blobs of a run, and those of no other', async () => {
      const [run, other] = [aRun(), aRun()];
      const all = Array.from({ length: 12 }, (_, i) => Buffer.from(`blob ${i}`));
      for (const bytes of all) await tested.store.put(nameOf(bytes, run), bytes);
      const [kept = Buffer.alloc(0)] = all;
      await tested.store.put(nameOf(kept, other), kept);
      await tested.store.removeRun(run);
      await tested.store.removeRun(run);
      for (const bytes of all) expect(await tested.store.get(nameOf(bytes, run))).toBeUndefined();
      expect(await tested.store.get(nameOf(kept, other))).toBeDefined();
    });

    test('names the runs that have blobs, but for those with a younger blob', async () => {
      const [run, removed] = [aRun(), aRun()];
      for (const one of [run, removed]) await tested.store.put(nameOf(Buffer.from('a'), one), Buffer.from('a'));
      await tested.store.removeRun(removed);
      const found = await runsOf(tested.store, Date.now() + TOMORROW_MS);
      expect(found).toContain(run);
      expect(found).not.toContain(removed);
      expect(new Set(found).size).toBe(found.length);
      expect(await runsOf(tested.store, Date.now() - TOMORROW_MS)).toEqual([]);
    });
  });
}
