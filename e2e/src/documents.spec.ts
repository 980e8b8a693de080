import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SETTINGS } from '@millrace/contracts';
import { ROOT } from './processes.js';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const all = (text: string, pattern: RegExp): string[][] => [...text.matchAll(pattern)].map(([, ...found]) => found);

test('every test that ARCHITECTURE.md calls a proof is there', () => {
  const proofs = all(read('ARCHITECTURE.md'), /^- `([^`]+)` “([^”]+)”$/gm);
  expect(proofs.length).toBeGreaterThan(20);
  const missing = proofs.filter(([file, title]) => !existsSync(join(ROOT, file!)) || !read(file!).includes(title!));
  expect(missing).toEqual([]);
});

const FROM = globSync('docs/how-to/from/*.md', { cwd: ROOT }).filter((file) => !/index|kafkajs|nestjs/.test(file));

test.each([...FROM.map((file) => [file, 10] as const), ['docs/reference/constructs.md', 80] as const])(
  'every test that %s names is there',
  (document, least) => {
    const rows = all(read(document), /\[“([^”]+)”\]\((?:\.\.\/)+([^)]+)\)/g);
    expect(rows.length).toBeGreaterThan(least);
    expect(rows.filter(([title, file]) => !read(file!).includes(title!))).toEqual([]);
  },
);

test('what documents link to is there', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', '{libs,services,examples,pipelines,deploy}/*/*.md'], {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules' || name === '.vitepress',
  });
  const missing = documents.flatMap((file) =>
    all(read(file), /\]\(([^)#]+)(?:#[^)]*)?\)/g)
      .filter(([link]) => !/^https?:/.test(link!) && !existsSync(join(ROOT, dirname(file), link!)))
      .map(([link]) => `${file}: ${link}`),
  );
  expect(missing).toEqual([]);
});

test('the files that ARCHITECTURE.md opens for a question are there', () => {
  const folders = all(read('ARCHITECTURE.md'), /`((?:libs|services|pipelines|tools|e2e)\/[\w./-]+)`/g);
  expect(folders.map(([file]) => file!).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

test('what ARCHITECTURE.md finds by folder names is in that folder, and in no other', () => {
  const rows = all(read('ARCHITECTURE.md'), /^\| the [^|]+\| `([^`]+)` +\| `(\w+)` +\|$/gm);
  expect(rows).toHaveLength(10);
  const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: ROOT }).filter(
    (file) => !/\.(spec|fixture)\./.test(file),
  );
  const homesOf = (name: string) =>
    sources.filter((file) =>
      new RegExp(`^export (?:async )?(?:function|class|const) ${name}\\b`, 'm').test(read(file)),
    );
  const found = rows.map(([, name]) => [...new Set(homesOf(name!).map((file) => dirname(file)))]);
  expect(found).toEqual(rows.map(([folder]) => [folder]));
});

test('the page of packages has every package that is public, and no other', () => {
  const [[list]] = all(read('scripts/pack.mjs'), /^export const PUBLIC = ([^;]+);/gm) as [[string]];
  const told = all(read('docs/reference/packages.md'), /^\| \[?`([^`]+)`/gm).map(([name]) => name);
  expect(new Set(told)).toEqual(new Set(all(list, /'([^']+)'/g).map(([name]) => name)));
});

test('the page of settings has every setting that a service knows, and no other', () => {
  const told = all(read('docs/reference/settings.md'), /^\| `([A-Z_]+)` +\|/gm).map(([name]) => name!);
  // What is not in this list is told as misspelt.
  expect(new Set(SETTINGS)).toEqual(new Set(told));
  const declared = globSync('{libs,services}/**/src/**/config.ts', {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules',
  })
    .filter((file) => !file.includes('/testing/'))
    .flatMap((file) => all(read(file), /^ +((?:[A-Z]+_)+[A-Z]+|PORT|HOST|PIPELINES): /gm).map(([name]) => name!));
  expect(declared.filter((name) => !told.includes(name))).toEqual([]);
});

test('the page of metrics has every metric of the sources, and no other', () => {
  const named = globSync('{libs,services}/*/src/**/*.ts', { cwd: ROOT })
    .filter((file) => !/\.(spec|browser|integration)\.ts$/.test(file))
    .flatMap((file) => all(read(file), /'(millrace_[a-z_]+)'/g).map(([name]) => name!));
  const told = all(read('docs/reference/metrics.md'), /^\| `(millrace_\w+)` +\|/gm).map(([name]) => name!);
  expect(new Set(told)).toEqual(new Set(named));
});

test('every command of the command line is on its page', () => {
  const said = all(read('docs/reference/cli.md'), /^#+ (millrace .+)$/gm).map(([name]) => name!);
  const given = ['millrace dev', 'millrace start stage', 'millrace run start', 'millrace dead-letter redrive'];
  expect(said).toEqual(expect.arrayContaining([...given, 'millrace stage check', 'millrace recover']));
});
