import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ROOT } from './processes.js';

type Imports = ReadonlyMap<string, readonly string[]>;

const SPECIFIER = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

/** The sources of this repository, and which others each imports; of types, too. */
function importsOf(): Imports {
  const listed = execFileSync('git', ['ls-files', '--', '*.ts'], { cwd: ROOT, encoding: 'utf8' });
  const files = listed.split('\n').filter((file) => file.includes('/src/') && !file.includes('/template/'));
  return new Map(
    files.map((file) => [
      file,
      [...readFileSync(posix.join(ROOT, file), 'utf8').matchAll(SPECIFIER)].map(([, specifier]) =>
        posix.join(posix.dirname(file), specifier!).replace(/\.js$/, '.ts'),
      ),
    ]),
  );
}

/** One cycle for each import that closes one: the files in their order, the first again at the end. */
function cyclesOf(imports: Imports): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const from = way.indexOf(file);
    if (from >= 0) found.push([...way.slice(from), file].join(' > '));
    if (from >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

test('no file imports itself, by whatever way, not even for a type', () => {
  const imports = importsOf();
  expect(imports.size).toBeGreaterThan(500);
  expect(cyclesOf(imports)).toEqual([]);
});

test('a cycle is found, with its way', () => {
  const imports = new Map([
    ['a.ts', ['b.ts']],
    ['b.ts', ['c.ts', 'd.ts']],
    ['c.ts', ['a.ts']],
    ['d.ts', []],
  ]);
  expect(cyclesOf(imports)).toEqual(['a.ts > b.ts > c.ts > a.ts']);
});
