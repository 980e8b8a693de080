#!/usr/bin/env node
// npm create millrace my-pipelines: writes a small project. It needs nothing but Node.js, of any version that npm runs on.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const HELP = `npm create millrace FOLDER

Writes a project into FOLDER, which is new or empty: one pipeline, a stage that is a function, a stage that is a class,
a test, millrace.config.ts, a Dockerfile, a compose file with Kafka, PostgreSQL and Jaeger, and a README.`;

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Fills in what the template leaves open. */
function fill(file, values) {
  const text = readFileSync(file, 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
  writeFileSync(file, text);
}

function create(given) {
  const folder = resolve(given);
  const name = basename(folder).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]{0,200}$/.test(name))
    refuse(
      `"${basename(folder)}" cannot be a package's name: expected letters, digits, ".", "_" and "-", e.g. my-pipelines.`,
    );
  if (existsSync(folder) && readdirSync(folder).length > 0)
    refuse(`${folder} is not empty: name a folder that is new or empty.`);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  mkdirSync(folder, { recursive: true });
  cpSync(fileURLToPath(new URL('../template', import.meta.url)), folder, { recursive: true });
  // npm leaves out a .gitignore that is packed, and takes a package.json for one of a package.
  renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
  renameSync(join(folder, 'package.template.json'), join(folder, 'package.json'));
  for (const file of ['package.json', 'README.md', 'compose.yml']) fill(join(folder, file), { name, version });
  process.stdout.write(`${name} is in ${folder}. What to do next:

  cd ${given}
  npm install
  npm run dev

`);
  if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR)
    process.stdout.write(`It runs on Node.js ${NEEDED_MAJOR} or newer; this is ${process.versions.node}.\n`);
}

const [folder, ...more] = process.argv.slice(2);
if (folder === '--help' || folder === '-h') process.stdout.write(`${HELP}\n`);
else if (folder === undefined || folder.startsWith('-') || more.length > 0) refuse(HELP);
else create(folder);
