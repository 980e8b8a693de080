// Stages every package that is published in `dist-packages/<name>`, as it goes to the registry: compiled files without
// tests, exact versions of each other, no `millrace` condition, which points at sources. `--tarballs DIR` packs them too, `--publish`
// publishes them, or with `--dry-run` says what would be published.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist-packages');

/** The documented packages that people install; all others that these need are published with them, as internal packages. */
export const PUBLIC = [
  ...['millrace', '@millrace/client', '@millrace/pipeline', '@millrace/stage', '@millrace/testing'],
  ...['@millrace/ai', 'create-millrace'],
];
/** Packages that run on an older Node.js than services do; `@millrace/client` runs in browsers too. */
const ON_NODE_20 = ['create-millrace', '@millrace/client'];
/** Schemas, decorators and injected classes have to come from the copy that a project's own code uses. */
const PEERS = ['zod', ...['@nestjs/common', '@nestjs/core', '@nestjs/microservices', 'reflect-metadata', 'rxjs']];
/** Not needed to run anything: it is asked for by the command that needs it. */
const ON_REQUEST = { '@millrace/cli': ['@millrace/ai'] };
/** Libraries that go along in the tarball of the package that needs them, without what only CommonJS loads: half of their size. */
const BUNDLED = { '@millrace/store': { kysely: ['dist/esm', 'package.json', 'LICENSE', 'README.md'] } };
/** Scenes and suites that tests share. */
const FOR_TESTS = /\/(testing|conformance)[/.]/;
const TESTS = /\.(spec|integration|browser|chaos|fuzz|fixture|bench)\.(js|d\.ts)$/;

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

function workspaces() {
  const folders = readJson(join(root, 'package.json')).workspaces.flatMap((pattern) =>
    globSync(pattern, { cwd: root }),
  );
  const found = folders.filter((folder) => existsSync(join(root, folder, 'package.json')));
  return new Map(
    found.map((folder) => {
      const manifest = readJson(join(root, folder, 'package.json'));
      return [manifest.name, { folder: join(root, folder), manifest }];
    }),
  );
}

/** The public packages and all of ours that they need when they run. */
function published(all) {
  const names = new Set();
  const add = (name) => {
    if (names.has(name)) return;
    names.add(name);
    const { manifest } = all.get(name);
    for (const needed of Object.keys(manifest.dependencies ?? {})) if (all.has(needed)) add(needed);
  };
  PUBLIC.filter((name) => all.has(name)).forEach(add);
  return [...names].sort();
}

function stage(name, all) {
  const { folder, manifest } = all.get(name);
  const target = join(out, name);
  mkdirSync(target, { recursive: true });
  const entries = publishedExports(manifest).map(([, it]) => it.default);
  const isTested = (file) =>
    TESTS.test(file) || (FOR_TESTS.test(file) && !entries.includes(`./${file}`) && !needed.has(file));
  const needed = testingFilesNeeded(folder, entries);
  const files = globSync('dist/**/*.{js,d.ts,json,yaml,html,css}', { cwd: folder }).filter((file) => !isTested(file));
  for (const file of files) copyCompiled(join(folder, file), join(target, file));
  for (const extra of ['bin', 'public', ...(manifest.files ?? [])].filter((it) => it !== 'dist'))
    if (existsSync(join(folder, extra))) cpSync(join(folder, extra), join(target, extra), { recursive: true });
  for (const [library, parts] of Object.entries(BUNDLED[name] ?? {})) {
    const installed = [folder, root].map((it) => join(it, 'node_modules', library)).find((it) => existsSync(it));
    for (const part of parts)
      cpSync(join(installed, part), join(target, 'node_modules', library, part), { recursive: true });
  }
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  if (existsSync(join(root, 'CHANGELOG.md'))) cpSync(join(root, 'CHANGELOG.md'), join(target, 'CHANGELOG.md'));
  const readme = join(folder, 'README.md');
  if (existsSync(readme)) cpSync(readme, join(target, 'README.md'));
  else writeFileSync(join(target, 'README.md'), internalReadme(name));
  writeFileSync(join(target, 'package.json'), JSON.stringify(publishedManifest(manifest, all, target), null, 2) + '\n');
}

/** Entries of a package. Those for tests, which an internal package has for its neighbours in this repository, stay here. */
const publishedExports = ({ name, exports = {} }) =>
  Object.entries(exports).filter(([, { default: file }]) => PUBLIC.includes(name) || !FOR_TESTS.test(file));

/** Files in `testing` and `conformance` folders that an entry exports, and what those import beside them. */
function testingFilesNeeded(folder, entries) {
  const needed = new Set();
  const visit = (file) => {
    if (needed.has(file) || !existsSync(join(folder, file))) return;
    needed.add(file);
    for (const [, path] of readFileSync(join(folder, file), 'utf8').matchAll(/from '(\.{1,2}\/[^']+)'/g))
      visit(join(dirname(file), path));
  };
  entries.map((it) => it.replace(/^\.\//, '')).forEach(visit);
  return new Set([...needed].flatMap((file) => [file, file.replace(/\.js$/, '.d.ts')]));
}

/** Maps to sources that are not there would be noise. */
function copyCompiled(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, readFileSync(from, 'utf8').replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}

const internalReadme = (name) => `# ${name}

A part of [Millrace](https://www.npmjs.com/package/millrace), published because its packages need it. It promises nothing to anybody else: its
exports change without notice. Use ${PUBLIC.map((it) => `\`${it}\``).join(', ')}.
`;

function publishedManifest(manifest, all, target) {
  const { name, version, description, type, license, bin, dependencies = {} } = manifest;
  const isPublic = PUBLIC.includes(name);
  const kept = {};
  const peers = {};
  const onRequest = ON_REQUEST[name] ?? [];
  for (const [needed, range] of Object.entries(dependencies)) {
    if (onRequest.includes(needed)) peers[needed] = all.get(needed).manifest.version;
    else if (all.has(needed)) kept[needed] = all.get(needed).manifest.version;
    else if (PEERS.includes(needed)) (isPublic ? peers : kept)[needed] = `^${range}`;
    else kept[needed] = range;
  }
  return {
    name,
    version,
    description: description ?? `A part of Millrace: promises nothing to anybody else.`,
    type,
    license,
    repository: { type: 'git', url: 'git+https://github.com/millrace/millrace.git' },
    engines: { node: ON_NODE_20.includes(name) ? '>=20' : '>=24' },
    bin,
    files: ['dist', 'bin', 'public', 'template', 'CHANGELOG.md'].filter((it) => existsSync(join(target, it))),
    exports: Object.fromEntries([
      ...publishedExports(manifest).map(([path, { types, default: file }]) => [path, { types, default: file }]),
      ['./package.json', './package.json'],
    ]),
    dependencies: kept,
    ...(name in BUNDLED && { bundleDependencies: Object.keys(BUNDLED[name]) }),
    ...(Object.keys(peers).length > 0 && { peerDependencies: peers }),
    ...(onRequest.length > 0 && {
      peerDependenciesMeta: Object.fromEntries(onRequest.map((needed) => [needed, { optional: true }])),
    }),
    publishConfig: { access: 'public' },
  };
}

/** Returns the file of each package that was packed. */
function packInto(folder, names) {
  mkdirSync(folder, { recursive: true });
  const said = execFileSync(
    'npm',
    ['pack', '--json', '--pack-destination', folder, ...names.map((name) => join(out, name))],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return Object.values(JSON.parse(said)).map(({ name, filename }) => [name, join(folder, basename(filename))]);
}

/** Stages all packages. `tarballs`: also packs them there. Returns each package's name with its folder or tarball. */
export function pack({ tarballs } = {}) {
  rmSync(out, { recursive: true, force: true });
  const all = workspaces();
  const names = published(all);
  for (const name of names) stage(name, all);
  return new Map(tarballs ? packInto(resolve(tarballs), names) : names.map((name) => [name, join(out, name)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({ options: { tarballs: { type: 'string' }, publish: flag, 'dry-run': flag } });
  for (const [name, where] of pack(values)) {
    console.log(`${name.padEnd(28)} ${where}`);
    const args = ['publish', where, ...(values['dry-run'] ? ['--dry-run'] : [])];
    if (values.publish) execFileSync('npm', args, { stdio: 'inherit' });
  }
}
