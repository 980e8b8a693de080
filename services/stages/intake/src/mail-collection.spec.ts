import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customerEmail } from './customer-email.js';
import { COLLECTION } from './mail-collection.fixture.js';

const folder = fileURLToPath(new URL('../../../../../shared/data/mail', import.meta.url));
const isHere = existsSync(folder);
const where = 'the folder ../shared/data/mail is not here';

const read = (file: string) => customerEmail({ rawBase64: readFileSync(file).toString('base64') });

/** A text without what readers do not see: ends of lines, runs of what could not be decoded; of HTML the words alone. */
function shown(text: string, counts: 'lines' | 'words'): string {
  const same = text.replaceAll('\r\n', '\n').replace(/\ufffd+/g, '\ufffd');
  if (counts === 'words') return same.replace(/^\s*- /gm, '').replace(/\s+/g, ' ').trim(); // prettier-ignore
  return same
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

const digitsOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

(isHere ? test : test.skip)(
  `of 103 awkward mails, at least 100 are read as their readers see them (${where})`,
  async () => {
    const differ: string[] = [];
    for (const [file, counts, digits] of COLLECTION) {
      const email = await read(join(folder, 'mail-ruby', file));
      const text = 'code' in email ? '' : shown(email.text, counts);
      if (digitsOf(text) !== digits) differ.push(file);
    }
    expect(COLLECTION).toHaveLength(103);
    expect(differ.length <= 3 ? [] : differ).toEqual([]);
  },
);

(isHere ? test : test.skip)(
  `the reply is told from what it answers, whichever program wrote it (${where})`,
  async () => {
    const replies = readdirSync(join(folder, 'talon-replies')).filter((name) => name.endsWith('.eml'));
    for (const name of replies) {
      const email = await read(join(folder, 'talon-replies', name));
      expect({ name, email }).toMatchObject({ name, email: { text: 'Hello', uncertain: false } });
    }
  },
);

const files = isHere
  ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  : [];
const perFile = isHere
  ? test.each(files.map((file) => [file.name, join(file.parentPath, file.name)]))
  : test.skip.each([[where, '']]);

perFile('every message of the collection that has any text comes through: %s', async (_, file) => {
  const email = await read(file);
  if (readFileSync(file, 'latin1').trim() === '') expect(email).toMatchObject({ code: 'EMAIL_EMPTY' });
  else expect(email).toMatchObject({ text: expect.any(String), subject: expect.any(String) });
});
