import { Readable } from 'node:stream';
import { testBlobs } from '@millrace/blobs/testing';
import { blobsIn, randomId } from '@millrace/contracts';
import { LargeMail } from './large-mail.js';
import { inputOfMail, lightValue } from './light.js';

const RUN = randomId('run');

test.each([
  ['text', Buffer.from('Subject: Grüße\r\n\r\nHello')],
  ['bytes that are no text', Buffer.from([0x53, 0xff, 0xfe, 0x0a])],
  ['bytes that end within a character', Buffer.from('Grüße ü').subarray(0, -1)],
  ['text with a NUL', Buffer.from('Subject: a\r\n\r\n\0')],
])('a large mail of %s, in whatever parts it comes, is the same input as a small one', async (_, bytes) => {
  await using blobs = await testBlobs(10);
  for (const size of [1, 3, 1_000]) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const mail = await LargeMail.receive(Readable.from(parts), 1_000);
    await mail.keep(RUN, blobs);
    await mail.remove();
    expect(await blobs.resolve(mail.input(RUN))).toEqual(inputOfMail(bytes));
  }
});

test('a large mail with a byte order mark travels as its bytes', async () => {
  await using blobs = await testBlobs(10);
  const bytes = Buffer.from('\uFEFFSubject: a\r\n\r\nHello');
  const mail = await LargeMail.receive(Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]), 1_000);
  await mail.keep(RUN, blobs);
  await mail.remove();
  expect(await blobs.resolve(mail.input(RUN))).toEqual({ rawBase64: bytes.toString('base64') });
});

test('a mail that is larger than the gateway takes is refused', async () => {
  await expect(LargeMail.receive(Readable.from([Buffer.alloc(11)]), 10)).rejects.toMatchObject({
    problem: { code: 'TOO_LARGE' },
  });
});

test('a value up to the threshold, and any value where there is no blob store, stays as it is', async () => {
  await using blobs = await testBlobs(1_000);
  const [small, large] = [{ a: 1 }, { a: 'x'.repeat(2_000) }];
  expect(await lightValue(small, { blobs, run: RUN })).toBe(small);
  expect(await lightValue(large, { blobs: undefined, run: RUN })).toBe(large);
  expect(blobsIn(await lightValue(large, { blobs, run: RUN }))).toHaveLength(1);
});
