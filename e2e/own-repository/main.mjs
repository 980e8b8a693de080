// Proves that somebody else can use Millrace: packs all packages that are published, makes a project of them with plain
// npm in an empty folder outside this repository, builds, tests and runs it, in one process and, where KAFKA_BROKERS and
// DATABASE_URL are set, with one process for each service. Says what each part took.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack, PUBLIC } from '../../scripts/pack.mjs';
import { problemsOf, TOOLS } from './check-packages.mjs';
import { imageOf, servicesOf } from './container.mjs';
import { aModel, exampleOf, exampleTest } from './model.mjs';
import { startRegistry } from './registry.mjs';
import { followTutorial } from './tutorial.mjs';

const LATE_MS = 300_000;
const work = mkdtempSync(join(tmpdir(), 'millrace-own-'));
const project = join(work, 'my-pipelines');
const { KAFKA_BROKERS, DATABASE_URL } = process.env;
const stops = [];
let env;

async function part(headline, does) {
  const from = performance.now();
  await does();
  console.log(`${headline}: ${((performance.now() - from) / 1_000).toFixed(1)} s`);
}

const edit = (file, change) => writeFileSync(join(project, file), change(readFileSync(join(project, file), 'utf8')));

/** Runs a command in a folder and returns its output; the whole of it is in the error when it fails. */
function run(command, args, { cwd = project, more = {}, fails = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('close', (code) =>
      (code === 0) === fails
        ? reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`))
        : resolve(said),
    );
  });
}

/** Starts a process that stays, and tells what it says. */
function start(command, args, more, cwd = project) {
  const child = spawn(command, args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  const started = { said: '', ended: undefined };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (started.said += chunk));
  const over = new Promise((resolve) => child.once('close', (code) => resolve((started.ended = code))));
  const stop = async () => {
    child.kill('SIGTERM');
    return over;
  };
  stops.push(stop);
  return {
    ...started,
    child,
    stop,
    get said() {
      return started.said;
    },
    get ended() {
      return started.ended;
    },
  };
}

async function until(what, condition, process) {
  for (const end = Date.now() + LATE_MS; Date.now() < end; await sleep(100)) {
    if (await condition()) return;
    if (process?.ended !== undefined) break;
  }
  throw new Error(`In vain: ${what}.\n${process?.said ?? ''}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const millrace = (args, options) => run('npx', ['--no-install', 'millrace', ...args], options);
const isReady = async (port) => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ?? false;

async function runsToItsEnd(greeting, url) {
  const output = await millrace(['run', 'start', 'hello', 'samples/hello.json', '--watch', '--url', url, '-o', 'json']);
  assert.match(output, greeting);
}

async function packagesAreSound(tarballs) {
  const tools = join(work, 'tools');
  await run('npm', ['install', '--prefix', tools, ...TOOLS], { cwd: work });
  assert.deepEqual(await problemsOf({ tools, tarballs }), []);
}

async function inDevelopment() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dev = start('npm', ['run', 'dev'], { PORT: port });
  await until('millrace dev is ready', () => dev.said.includes('Millrace is ready'), dev);
  assert.match(dev.said, /npx millrace run start hello samples\/hello\.json --watch/);
  await runsToItsEnd(/Hello Ada! Yours, Millrace/, url);

  edit('src/greet.stage.ts', (text) => text.replace('Hello ', 'Good morning '));
  await until('it starts again when a file is saved', () => dev.said.includes('Ready again'), dev);
  assert.match(dev.said, /src\/greet\.stage\.ts changed: starting again/);
  await runsToItsEnd(/Good morning Ada!/, url);

  appendFileSync(join(project, 'src/greet.stage.ts'), '\nconst oops = ;\n');
  await until('a mistake is told with its place', () => /src\/greet\.stage\.ts:\d+:14 /.test(dev.said), dev);
  edit('src/greet.stage.ts', (text) => text.replace('\nconst oops = ;\n', ''));
  await until('it goes on when that is mended', () => dev.said.match(/Ready again/g).length === 2, dev);

  edit('src/hello.ts', (text) => `${text}throw new RangeError('not today');\n`);
  await until(
    'a module that throws is told with its place',
    () => /RangeError: not today\n.*hello\.ts:\d+/.test(dev.said),
    dev,
  );
  edit('src/hello.ts', (text) => text.replace("throw new RangeError('not today');\n", ''));
  await until('it goes on after that', () => dev.said.match(/Ready again/g).length === 3, dev);

  // The earlier runs are still there: all of them was one folder of data.
  const runs = JSON.parse(await millrace(['run', 'list', '--url', url, '-o', 'json']));
  assert.equal((runs.items ?? runs).length, 2);

  edit('millrace.config.ts', (text) => text.replace('[greeting, ', '[greeting, greeting, '));
  await until('a stage named twice is refused', () => dev.said.includes('The stage greet is served twice'), dev);
  edit('millrace.config.ts', (text) => text.replace('[greeting, greeting, ', '[greeting, '));
  await until('it goes on without it', () => dev.said.match(/Ready again/g).length === 4, dev);

  edit('src/contracts.ts', (text) =>
    text.replace(
      'output: z.object({ text: z.string() }),\n});\n\nexport const sign',
      'output: z.object({ text: z.number() }),\n});\n\nexport const sign',
    ),
  );
  await until(
    'a contract that would break those who know it is refused',
    () => /CONTRACT_BREAKS.*greet/.test(dev.said),
    dev,
  );
  edit('src/contracts.ts', (text) => text.replace('z.number()', 'z.string()'));
  await until('it goes on with the old contract', () => dev.said.match(/Ready again/g).length === 5, dev);
  await dev.stop();
}

/** The stage and the pipeline of the how-to guide, word for word, ask a server that speaks as providers do. */
async function withAModel() {
  await run('npm', ['install', '@millrace/ai']);
  for (const [file, text] of exampleOf('how-to/call-an-llm.md')) writeFileSync(join(project, file), text);
  writeFileSync(join(project, 'src/support.test.ts'), exampleTest);
  await using model = await aModel();
  await run('npm', ['test'], { more: { MODEL_URL: model.url } });
  const [first, second] = model.asked;
  assert.equal(model.asked.length, 2);
  assert.match(JSON.stringify(first), /<message>.*Where is my refund.*<\\?\/message>/);
  assert.equal(second.response_format.type, 'json_schema');
}

async function ofItsOwn() {
  const production = { NODE_ENV: 'production', PORT: await freePort() };
  const alone = await run('npx', ['--no-install', 'millrace', 'start', 'stage', 'greet'], {
    more: production,
    fails: true,
  });
  assert.match(alone, /greet cannot start: 1 setting needs attention\.\n {2}KAFKA_BROKERS {2}is missing/);
  const nobody = await millrace(['start', 'stage', 'nope'], { more: { KAFKA_BROKERS: 'localhost:1' }, fails: true });
  assert.match(nobody, /This project has no stage "nope"\. It has: greet, sign\./);
  const nowhere = await run(join(project, 'node_modules/.bin/millrace'), ['dev'], { cwd: work, fails: true });
  assert.match(nowhere, /There is no millrace\.config\.ts in .*npm create millrace/);
}

let image;

/** The commands of the Dockerfile, in a folder of their own: development's packages are gone afterwards, and all that runs is there. */
async function asAnImage() {
  const folder = join(work, 'image');
  image = { folder, ...(await imageOf(project, { folder, run })) };
  assert.ok(!existsSync(join(folder, 'node_modules/typescript')), 'An image has no packages of development');
  for (const { name, args } of servicesOf(project)) {
    const [, ...entry] = image.entry;
    const said = await run(process.execPath, [...entry, ...args], { cwd: folder, more: image.env, fails: true });
    assert.match(said, /KAFKA_BROKERS {2}is missing/, `${name} loads, and asks for Kafka`);
  }
}

async function inProduction() {
  const id = `own${process.pid}`;
  const { default: pg } = await import('pg');
  const admin = new pg.Client({ connectionString: DATABASE_URL });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${id}`);
  const database = new URL(DATABASE_URL);
  database.pathname = `/${id}`;
  const common = { KAFKA_BROKERS, DATABASE_URL: database.href, TOPIC_PREFIX: `${id}.`, LOG_LEVEL: 'warn' };
  const services = [];
  for (const { name, args, environment } of servicesOf(project)) {
    const port = await freePort();
    const settings = { ...image.env, ...environment, ...common, PORT: port, HOST: '127.0.0.1' };
    // There is no collector beside this test.
    delete settings.OTEL_EXPORTER_OTLP_ENDPOINT;
    const [, ...entry] = image.entry;
    services.push({
      service: name,
      port,
      process: start(process.execPath, [...entry, ...args], settings, image.folder),
    });
  }
  for (const { service, port, process } of services) await until(`${service} is ready`, () => isReady(port), process);
  await runsToItsEnd(
    /Good morning Ada! Yours, Millrace/,
    `http://127.0.0.1:${services.find(({ service }) => service === 'gateway').port}`,
  );
  for (const { process } of services) assert.equal(await process.stop(), 0);
  await admin.query(`DROP DATABASE ${id} WITH (FORCE)`);
  await admin.end();
}

/** Each public entry on Node.js 20 works, or says in one sentence which Node.js is needed. The client works. */
async function onNode20() {
  const folder = join(work, 'node20');
  const platform = `node-${process.platform}-${process.arch}`;
  await run('npm', ['install', '--prefix', folder, `${platform}@20.20.2`, ...PUBLIC], { cwd: work });
  const node = join(folder, 'node_modules', platform, 'bin/node');
  const program = (text) =>
    run(node, ['--input-type=module', '-e', text], { cwd: folder }).catch(({ message }) => message);
  for (const name of PUBLIC) {
    const { exports = {} } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    for (const path of Object.keys(exports).filter((it) => it !== './package.json')) {
      const said = await program(`await import('${join(name, path)}')`);
      if (said !== '') assert.match(said, /Millrace needs Node\.js 24 or newer; this is 20\.20\.2/, join(name, path));
    }
  }
  const main = "import { serveStage, Stage } from '@millrace/stage'; await serveStage(Stage)";
  assert.match(await program(main), /Millrace needs Node\.js 24 or newer.*nvm install 24/);
  const asks =
    "import { MillraceClient } from '@millrace/client';\n" +
    "await new MillraceClient({ url: 'http://127.0.0.1:9' }).runs.list().page().catch((error) => console.log(error.code))";
  assert.equal(await program(asks), 'UNREACHABLE\n');
  const created = await run(node, [join(folder, 'node_modules/create-millrace/bin/create-millrace.mjs'), 'made'], {
    cwd: folder,
  });
  assert.match(created, /made is in /);
}

async function inTutorial() {
  const folder = join(work, 'tutorial');
  mkdirSync(folder);
  const blocks = await followTutorial({ folder, env: { ...env, PORT: await freePort() } });
  assert.ok(blocks > 20);
}

async function alone() {
  const folder = join(work, 'alone');
  await run('npm', ['install', '--prefix', folder, 'millrace'], { cwd: work });
  const kilobytes = Number(
    execFileSync('du', ['-sk', join(folder, 'node_modules')], { encoding: 'utf8' }).split('\t')[0],
  );
  const help = [];
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    await run(join(folder, 'node_modules/.bin/millrace'), ['--help'], { cwd: work });
    help.push(performance.now() - from);
  }
  console.log(
    `millrace alone: ${(kilobytes / 1_024).toFixed(0)} MB; millrace --help: ${(Math.min(...help) / 1_000).toFixed(2)} s`,
  );
  assert.ok(kilobytes < 120 * 1_024, `millrace alone takes ${kilobytes} KB: at most 120 MB`);
}

async function inAProject(tarballs) {
  await part('packages are what Node.js and TypeScript expect', () => packagesAreSound(tarballs));
  await part('npm create millrace my-pipelines', () =>
    run('npm', ['create', '--yes', 'millrace', 'my-pipelines'], { cwd: work }),
  );
  await part('npm install', () => run('npm', ['install']));
  await part('npm run build', () => run('npm', ['run', 'build']));
  await part('npm test', () => run('npm', ['test']));
  await part('a stage that asks a model', withAModel);
  await part('npm run dev, with runs and mistakes', inDevelopment);
  await part('npm run build, as edited', () => run('npm', ['run', 'build']));
  assert.ok(existsSync(join(project, 'dist/millrace.config.js')));
  await part('what cannot start says why', ofItsOwn);
  await part('the commands of the Dockerfile', asAnImage);
  if (KAFKA_BROKERS && DATABASE_URL) await part('Kafka and PostgreSQL, one process for each service', inProduction);
  else console.log('KAFKA_BROKERS and DATABASE_URL are not set: production is left out');
  await part('Node.js 20', onNode20);
  await part('millrace alone', alone);
}

const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
const from = performance.now();
let registry;
try {
  const tarballs = pack({ tarballs: join(work, 'tarballs') });
  registry = await startRegistry({ tarballs, upstream });
  env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_registry: registry.address,
    npm_config_cache: join(work, 'npm-cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    NO_COLOR: '1',
  };
  // Servers are production's: in development there are none.
  delete env.KAFKA_BROKERS;
  delete env.DATABASE_URL;
  // Those of the npm that started this would send the project's npm back here.
  for (const name of Object.keys(env))
    if (/^(npm_(package|lifecycle|execpath|command|config_local_prefix)|INIT_CWD|NODE_COMPILE_CACHE)/.test(name))
      delete env[name];
  await part('the tutorial, word for word', inTutorial);
  if (!process.argv.includes('--tutorial')) await inAProject(tarballs);
  console.log(`A repository of one’s own: all of it in ${((performance.now() - from) / 1_000).toFixed(0)} s`);
} finally {
  await Promise.all(stops.map((stop) => stop()));
  registry?.close();
  rmSync(work, { recursive: true, force: true });
}
