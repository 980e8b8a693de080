import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Letter, ModelDataInvalid, readDataFile, Topics } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  ['that is not JSON', Letter, '{', /letter\.json is not JSON/],
  ['that lacks something', Letter, '{"signature":"Ours"}', /letter\.json .*disclaimer: /],
  ['with a list in the place of an object', Letter, '[]', /letter\.json .*the whole file: /],
  [
    'with a pattern that is no regular expression',
    Topics,
    '{"products":[{"name":"card","pattern":"("}]}',
    /products\.0\.pattern: expected a regular expression/,
  ],
])('a data file %s is refused with its name and the place', async (_, schema, text, message) => {
  const file = join(folder, 'letter.json');
  await writeFile(file, text);
  const refused = readDataFile(schema, file);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toBeInstanceOf(ModelDataInvalid);
});

test('a data file that is not there is named', async () => {
  await expect(readDataFile(Letter, join(folder, 'none.json'))).rejects.toThrow(/none\.json cannot be read \(ENOENT\)/);
});
