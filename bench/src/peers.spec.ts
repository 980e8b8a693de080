import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const IMPORTED = /import (?:type )?\{([^}]*)\} from '@millrace\/bench'/g;
const EXPORTED = /export (?:type )?\{([^}]*)\}/g;

const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)]
    .flatMap(([, list]) => list!.split(','))
    .map((name) => name.replace(/^\s*type /, '').trim())
    .filter((name) => name !== '');

// Their packages are installed when they are first measured, so no type check sees them before.
test('what the systems measured for comparison import of the benchmark exists', () => {
  const exported = namesIn(readFileSync(`${folder}/src/index.ts`, 'utf8'), EXPORTED);
  const files = globSync('peers/*/*.ts', { cwd: folder });
  const imported = files.flatMap((file) => namesIn(readFileSync(`${folder}/${file}`, 'utf8'), IMPORTED));
  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((name) => !exported.includes(name))).toEqual([]);
});
