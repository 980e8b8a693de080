import { readFile } from 'node:fs/promises';
import { VERSION } from './index.js';

test('the version that services tell is that of the package', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version: VERSION });
});
