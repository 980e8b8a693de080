// Builds the documentation site and checks every link of it; `--dev` serves it and follows changes. The site is a
// package of its own in `docs`, so that nobody who works on the code installs its generator.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const site = join(docs, '.vitepress/dist');
const args = process.argv.slice(2);

const run = (command, list) => {
  const { status } = spawnSync(command, list, { cwd: docs, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(join(docs, 'node_modules/vitepress')))
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--workspaces=false']);
const vitepress = join(docs, 'node_modules/vitepress/bin/vitepress.js');
run(process.execPath, [
  vitepress,
  args.includes('--dev') ? 'dev' : 'build',
  '.',
  ...args.filter((it) => it !== '--dev'),
]);

if (!args.includes('--dev')) {
  const problems = problemsOfSite();
  for (const problem of problems) console.error(problem);
  console.log(
    `${globSync('**/*.html', { cwd: site }).length} pages in docs/.vitepress/dist, ${problems.length} problems`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** Returns a line for each link that leads nowhere and for each file that a page would fetch from another host. */
function problemsOfSite() {
  const pages = new Map(globSync('**/*.html', { cwd: site }).map((name) => [name.replaceAll('\\', '/'), undefined]));
  for (const name of pages.keys()) {
    const text = readFileSync(join(site, name), 'utf8');
    pages.set(name, { text, ids: new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decoded(id))) });
  }
  return [...pages].flatMap(([name, { text }]) => [
    ...[...text.matchAll(/<a\s[^>]*?href="([^"]+)"/g)]
      .map(([, href]) => href)
      .filter((href) => !/^[a-z]+:/.test(href) && !leadsSomewhere(name, href, pages))
      .map((href) => `${name}: ${href} leads nowhere`),
    ...[...text.matchAll(/<(?:link|script|img|iframe)\s[^>]*?(?:href|src)="(https?:[^"]+)"/g)].map(
      ([, url]) => `${name}: ${url} would be fetched from another host`,
    ),
  ]);
}

function leadsSomewhere(from, href, pages) {
  const [path, fragment] = decoded(href).split('#');
  const target = path === '' ? from : posix.normalize(path.startsWith('/') ? path.slice(1) : join(dirname(from), path));
  const page = pages.get(
    target === '' || target === '.' ? 'index.html' : target.endsWith('/') ? `${target}index.html` : target,
  );
  if (page === undefined) return fragment === undefined && existsSync(join(site, target));
  return fragment === undefined || fragment === '' || page.ids.has(fragment);
}

function decoded(text) {
  return decodeURI(text.replaceAll('&amp;', '&'));
}
