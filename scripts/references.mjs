// Writes each project's tsconfig.json from the workspace packages its package.json names, so that the two cannot differ.
// `--check` only tells whether they do.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

const check = process.argv.includes('--check');
const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const projects = new Map();
for (const file of workspaces.flatMap((w) => globSync(`${w}/package.json`)).sort()) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  if (existsSync(`${dirname(file)}/src`)) projects.set(manifest.name, { folder: dirname(file), manifest });
}

let differs = false;
function write(file, value) {
  const text = JSON.stringify(value, null, 2) + '\n';
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (same) return;
  differs = true;
  if (check) console.error(`${file} does not match the package.json beside it: run npm run references`);
  else writeFileSync(file, text);
}

for (const { folder, manifest } of projects.values()) {
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter((name) =>
    projects.has(name),
  );
  write(`${folder}/tsconfig.json`, {
    extends: existsSync(`${folder}/tsconfig.options.json`)
      ? './tsconfig.options.json'
      : `${relative(folder, '.')}/tsconfig.base.json`,
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    references: needs.sort().map((name) => ({ path: relative(folder, projects.get(name).folder) })),
  });
}
write('tsconfig.json', { files: [], references: [...projects.values()].map(({ folder }) => ({ path: folder })) });
process.exit(check && differs ? 1 : 0);
