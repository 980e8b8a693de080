import { testBlobs } from '@millrace/blobs/testing';
import { blobsIn, BLOB_KEY, randomId } from '@millrace/contracts';
import { inputOfMail, LargeMail, lightValue } from './light.js';

const RUN = randomId('run');

test.each([
  ['text', Buffer.from('Subject: Grüße\r\n\r\nHello')],
  ['text with a byte order mark', Buffer.from('\uFEFFSubject: a\r\n\r\nHello')],
  ['bytes that are no text', Buffer.from([0x53, 0xff, 0xfe, 0x0a])],
  ['text with a NUL', Buffer.from('Subject: a\r\n\r\n\0')],
])('a large mail of %s is the same input as a small one', async (_, mail) => {
  await using blobs = await testBlobs(10);
  const large = await new LargeMail(mail).input(RUN, blobs);
  expect(blobsIn(large)).toHaveLength(1);
  expect(await blobs.resolve(large)).toEqual(inputOfMail(mail));
  const [sketch] = blobsIn(new LargeMail(mail).sketch(RUN));
  expect(sketch?.[BLOB_KEY]).toMatchObject({ run: RUN, bytes: blobsIn(large)[0]?.[BLOB_KEY].bytes });
});

test('a value up to the threshold, and any value where there is no blob store, stays as it is', async () => {
  await using blobs = await testBlobs(1_000);
  const [small, large] = [{ a: 1 }, { a: 'x'.repeat(2_000) }];
  expect(await lightValue(small, { blobs, run: RUN })).toBe(small);
  expect(await lightValue(large, { blobs: undefined, run: RUN })).toBe(large);
  expect(blobsIn(await lightValue(large, { blobs, run: RUN }))).toHaveLength(1);
});
