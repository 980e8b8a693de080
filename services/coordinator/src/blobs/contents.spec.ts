import { rm } from 'node:fs/promises';
import { testBlobs } from '@millrace/blobs/testing';
import { BLOB_KEY, blobsIn, intakeRecord, randomId, runIdOf, topicsOf } from '@millrace/contracts';
import { loadPlan } from '@millrace/pipeline/engine';
import { BlobContents } from './contents.js';
import { lightRequest } from './light-request.js';
import { lightened } from './lightened.js';
import { sweepBlobs } from './sweep.js';

const RUN = randomId('run');
/** Returns the condition of a step, made ready. */
const conditionOf = (when: string) => {
  const step = { kind: 'stage', stage: 'a', input: {}, retry: {}, timeoutMs: 1_000, predecessors: [], when };
  const plan = loadPlan({ format: 1, pipeline: 'p', inputSchema: {}, steps: { step }, output: null });
  const { when: condition } = plan.compiled.byName.get('step') ?? {};
  if (!condition) throw new Error('The step has no condition.');
  return condition;
};
const text = `${'x'.repeat(5_000)} needle`;

test('a decision that reads a blob is made again when the blob is there', async () => {
  await using blobs = await testBlobs(1_000);
  const scope = { input: await blobs.lighten({ text }, { run: RUN }) };
  const contents = new BlobContents(blobs);
  let tries = 0;
  const holds = await contents.reading(() => {
    tries++;
    return conditionOf('input.text.contains("needle")').holds(scope);
  });
  expect([holds, tries]).toEqual([true, 2]);
  await rm(blobs.folder, { recursive: true });
  // It is still in memory.
  expect(await contents.reading(() => conditionOf('input.text.contains("nothing")').holds(scope))).toBe(false);
});

test('two blobs that do not fit into memory together are read by one decision all the same', async () => {
  await using blobs = await testBlobs(1_000);
  const scope = { input: await blobs.lighten({ text, other: `${text}!` }, { run: RUN }) };
  const small = new BlobContents(blobs, 10);
  expect(await small.reading(() => conditionOf('input.text == input.other').holds(scope))).toBe(false);
});

test('a store that does not answer fails the batch, which is taken again; a service without a store fails the step', async () => {
  await using blobs = await testBlobs(1_000);
  const scope = { input: await blobs.lighten({ text }, { run: RUN }) };
  const reads = () => conditionOf('input.text == "x"').holds(scope);
  await rm(blobs.folder, { recursive: true });
  await expect(new BlobContents(blobs).reading(reads)).rejects.toMatchObject({ code: 'BLOB_STORE_AWAY' });
  expect(await new BlobContents(undefined).reading(reads)).toMatchObject({ code: 'NO_BLOB_STORE', kind: 'permanent' });
});

test('a record whose values are large is published with references; the bytes of an unreadable one stay', async () => {
  await using blobs = await testBlobs(1_000);
  const command = { run: RUN, step: 'a', input: { text }, known: { input: { text }, small: 1 } };
  const records = [
    { topic: 'stage.a', key: RUN, value: JSON.stringify(command) },
    { topic: 'dead-letters', key: RUN, value: Buffer.from(JSON.stringify({ input: text })) },
  ];
  const [light, unread] = await lightened(records, { blobs, maxRecordBytes: 100_000 });
  const sent = JSON.parse(String(light?.value)) as typeof command;
  expect(blobsIn(sent)).toHaveLength(2);
  expect(await blobs.resolve(sent)).toEqual(command);
  expect(unread).toBe(records[1]);
});

test('a record of many values that are small each fits the broker', async () => {
  await using blobs = await testBlobs(10_000);
  const known = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`s${i}`, `${i}`.padEnd(9_000, 'x')]));
  const record = { topic: 'stage.a', key: RUN, value: JSON.stringify({ run: RUN, step: 'a', known }) };
  const [light] = await lightened([record], { blobs, maxRecordBytes: 100_000 });
  expect(String(light?.value).length).toBeLessThan(100_000);
  expect(await blobs.resolve(JSON.parse(String(light?.value)))).toMatchObject({ known });
});

test('blobs of a run that nobody knows are removed when they are old; those of known runs stay', async () => {
  await using blobs = await testBlobs(1_000);
  const [known, lost] = [randomId('run'), randomId('run')];
  const kept = await blobs.lighten(text, { run: known });
  const gone = await blobs.lighten(text, { run: lost });
  const store = {
    writer: { known: (runs: readonly string[]) => Promise.resolve(new Set(runs.filter((run) => run === known))) },
  };
  const { signal } = new AbortController();
  expect(await sweepBlobs({ blobs, store }, { at: Date.now(), signal })).toBe(0);
  expect(await blobs.resolve(gone)).toBe(text);
  expect(await sweepBlobs({ blobs, store }, { at: Date.now() + 8 * 86_400_000, signal })).toBe(1);
  expect(await blobs.resolve(kept)).toBe(text);
  await expect(blobs.resolve(gone)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  expect(blobsIn(gone)[0]?.[BLOB_KEY].run).toBe(lost);
});

test('a request that a trigger publishes has its large input in blobs of the run that it makes', async () => {
  await using blobs = await testBlobs(1_000);
  const request = { pipeline: 'p', key: 'k', input: { text }, source: 's', at: 1 };
  const record = await lightRequest(intakeRecord(topicsOf(), request), blobs);
  const input: unknown = JSON.parse(String(record.value));
  expect(blobsIn(input).map((one) => one[BLOB_KEY].run)).toEqual([runIdOf('p', 'k')]);
  expect(await blobs.resolve(input)).toEqual({ text });
  const small = intakeRecord(topicsOf(), { ...request, input: 1 });
  expect(await lightRequest(small, blobs)).toBe(small);
});
