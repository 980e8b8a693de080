import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AesCipher } from './aes-cipher.js';
import { aFolder } from './testing.js';

const name = { run: `run_${'1'.repeat(26)}`, sha256: 'a'.repeat(64) };
const [KEY, OTHER_KEY] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const secret = Buffer.from('the content of a blob');

test('what is sealed is not in the sealed bytes, and opens with the same key', () => {
  const cipher = new AesCipher([KEY]);
  const sealed = Buffer.from(cipher.seal(secret, name));
  expect(sealed.includes('content')).toBe(false);
  expect(Buffer.from(cipher.open(sealed, name))).toEqual(secret);
});

test('the same bytes are sealed in another way each time', () => {
  const cipher = new AesCipher([KEY]);
  expect(cipher.seal(secret, name)).not.toEqual(cipher.seal(secret, name));
});

test.each(['changed', 'under another name'])('sealed bytes that are %s do not open', (how) => {
  const cipher = new AesCipher([KEY]);
  const sealed = Buffer.from(cipher.seal(secret, name));
  const last = sealed.length - 1;
  if (how === 'changed') sealed.writeUInt8(sealed.readUInt8(last) ^ 1, last);
  const under = how === 'changed' ? name : { ...name, run: `run_${'2'.repeat(26)}` };
  expect(() => cipher.open(sealed, under)).toThrow(expect.objectContaining({ code: 'BLOB_DAMAGED' }));
});

test('an older key opens what it sealed; without it the failure names the key and the blob', () => {
  const [before, now] = [OTHER_KEY, KEY];
  const sealed = new AesCipher([before]).seal(secret, name);
  expect(Buffer.from(new AesCipher([now, before]).open(sealed, name))).toEqual(secret);
  expect(() => new AesCipher([now]).open(sealed, name)).toThrow(
    expect.objectContaining({ code: 'BLOB_SEALED', message: expect.stringContaining(name.sha256) }),
  );
});

test('bytes from before the encryption are read as they are', () => {
  expect(new AesCipher([KEY]).open(secret, name)).toBe(secret);
});

test('a key file has a key on each line, in base64 or hexadecimal digits', async () => {
  await using folder = await aFolder();
  const [now, before] = [OTHER_KEY, KEY];
  const file = join(folder.path, 'keys');
  await writeFile(file, `# rotated in May\n${now.toString('base64')}\n\n${before.toString('hex')}\n`);
  const sealed = new AesCipher([before]).seal(secret, name);
  expect(Buffer.from(AesCipher.fromFile(file).open(sealed, name))).toEqual(secret);
});

test.each(['', 'too short\n', `${'a'.repeat(43)}=\nnot a key\n`])(
  'a key file of %j is refused, and not quoted',
  async (text) => {
    await using folder = await aFolder();
    const file = join(folder.path, 'keys');
    await writeFile(file, text);
    expect(() => AesCipher.fromFile(file)).toThrow(/^expected a key of 32 bytes on each line/);
  },
);
