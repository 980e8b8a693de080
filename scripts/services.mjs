// Each service as its own process, on the Kafka and PostgreSQL of `npm run infra`. `npm run services -- --help` says how.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HEAP_MB, heapOptions } from '../services/millrace/bin/heap.mjs';
import { choosePort, endProcess, isAlive } from '../deploy/local/server.mjs';
import { build } from './build.mjs';
import { infraFolder, runningInfra } from './infra-book.mjs';

const HELP = `npm run services                          build, then start every service; Ctrl-C drains and stops them
  --only gateway,classify                only these
  --scale classify=2                     two processes of classify (repeat for others)
  --no-build                             run what was built before
  --data DIR                             on what npm run infra -- --data DIR has started

PIPELINES=@millrace/agent: that pipeline, and the stages that it brings.
PORT=9000: the gateway’s port (8080 unless given; the next free one where it is taken); the other services’ health ports follow it.
KAFKA_BROKERS, DATABASE_URL, OTEL_EXPORTER_OTLP_ENDPOINT, TOPIC_PREFIX: from the environment, else from npm run infra.`;

const GATEWAY_PORT = 8080;
/** From the gateway's port to the first of the others. */
const APART = 20;
const DRAIN_MS = 45_000;
/** A service that lived this long has recovered: the next restart is quick again. */
const STEADY_MS = 30_000;
const LEAVE_MS = 5_000;
const CLEAN = 'exit code 0';
const COLOURS = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

const root = fileURLToPath(new URL('..', import.meta.url));
const bookFile = join(root, '.millrace', 'services.json');
const urlFile = join(root, '.millrace', 'url');

class UsageError extends Error {}

/** Folders by service name: a new stage, or a pipeline that brings its own, is found without being named here. */
function services() {
  const within = (parent) => readdirSync(join(root, parent)).map((name) => join(parent, name));
  const pipelines = within('pipelines').filter((it) => existsSync(join(root, it, 'src/main.ts')));
  const folders = ['services/coordinator', 'services/gateway', ...within('services/stages'), ...pipelines];
  return new Map(folders.filter((it) => existsSync(join(root, it, 'package.json'))).map((it) => [basename(it), it]));
}

/** Every service but the stages of pipelines that are not loaded. */
function usual(known) {
  const loaded = (process.env.PIPELINES ?? '').split(',').map((name) => basename(name.trim()));
  return [...known].flatMap(([name, folder]) => (folder.startsWith('pipelines') && !loaded.includes(name) ? [] : name));
}

function readOptions(args, known) {
  let values;
  try {
    const list = { type: 'string', multiple: true };
    const flag = { type: 'boolean' };
    const options = {
      only: { type: 'string' },
      data: { type: 'string' },
      scale: { ...list, default: [] },
      'no-build': flag,
      help: flag,
    };
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const names = values.only?.split(',') ?? usual(known);
  const counts = new Map(names.map((name) => [name, 1]));
  for (const text of values.scale) {
    const [, name, count] = /^([\w-]+)=(\d{1,2})$/.exec(text) ?? [];
    if (!name) throw new UsageError(`--scale is "${text}": expected a service and a number, e.g. classify=2.`);
    counts.set(name, Number(count));
  }
  const unknown = [...counts.keys()].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no service "${unknown}": expected ${[...known.keys()].join(', ')}.`);
  return { counts, help: values.help, build: !values['no-build'], data: values.data };
}

/** Returns what services are told: our own environment wins over what `npm run infra` has started. */
function environment(data) {
  const infra = runningInfra(data);
  const env = { ...infra?.env, ...process.env };
  const missing = ['KAFKA_BROKERS', 'DATABASE_URL'].filter((name) => !env[name]);
  if (missing.length > 0) {
    const where = data === undefined ? '' : ` in ${infraFolder(data)}`;
    const what =
      infra === undefined ? `npm run infra does not run${where}` : `npm run infra has not started it${where}`;
    throw new Error(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set, and ${what}. Start it first, in another shell; ` +
        'where its data are elsewhere, name them: npm run services -- --data DIR',
    );
  }
  if (infra && !infra.isUsual && !process.env.KAFKA_BROKERS)
    console.error(`On the servers of npm run infra in ${infra.folder}`);
  return env;
}

/** The warnings that were given already: ten services would give the same. */
const warned = new Set();

/** Told before a setting is missed: it may be there under another name. Nothing where nothing was built yet: the services tell. */
async function warnOfMisspelt() {
  const { misspeltText } = await import('../libs/contracts/dist/values/misspelt.js').catch(() => ({
    misspeltText: () => [],
  }));
  for (const line of misspeltText(process.env)) {
    warned.add(line);
    console.error(line);
  }
}

/** False for a warning about settings that was told before. */
function isNews(line) {
  if (!line.startsWith('warning: ')) return true;
  return !warned.has(line) && Boolean(warned.add(line));
}

const coloured = !process.env.NO_COLOR && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR));

/** Writes lines under a name of their own, so that ten services can be told apart on one screen. */
function writer({ label, width, colour }) {
  const prefix = coloured ? `\x1b[${colour}m${label.padEnd(width)} |\x1b[0m ` : `${label.padEnd(width)} | `;
  return (line) => process.stdout.write(`${prefix}${line}\n`);
}

/** Takes a process that has ended out of its groups: those that work there go on at once, and not when its session ends. */
async function leaveFor(members, { env, write }) {
  if (members.length === 0) return;
  const { kafkaSettings, leaveGroups } = await import('../libs/broker-kafka/dist/index.js');
  const withinMs = AbortSignal.timeout(LEAVE_MS);
  const late = new Promise((_, reject) => (withinMs.onabort = () => reject(withinMs.reason)));
  await Promise.race([leaveGroups(kafkaSettings(env), members), late]).catch((error) =>
    write(`its groups wait for the end of its session: Kafka did not take its leave (${error.message})`),
  );
}

/** Keeps one service process alive until `stop`. */
function keep({ folder, port, env, write, changed }) {
  let child;
  let stopping = false;
  let failures = 0;
  const ended = (async () => {
    while (!stopping) {
      const from = Date.now();
      child = spawn(process.execPath, [...heapOptions(HEAP_MB.service), join(root, folder, 'dist/main.js')], {
        cwd: root,
        env: { ...env, PORT: `${port}` },
        // Away from the terminal: Ctrl-C reaches us alone, and services get one signal, once.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      const members = new Map();
      child.on('message', ({ millrace, ...member }) => millrace === 'member' && members.set(member.group, member));
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => isNews(line) && write(line));
      write(`started (pid ${child.pid}, port ${port})`);
      changed();
      const how = await new Promise((resolve) => {
        child.once('error', (error) => resolve(error.message));
        child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
      });
      changed();
      const leaving = how === CLEAN ? undefined : leaveFor([...members.values()], { env, write });
      if (stopping) await leaving;
      if (stopping) return write(`stopped (${how})`);
      failures = Date.now() - from > STEADY_MS ? 1 : failures + 1;
      const waitMs = Math.min(30_000, 500 * 2 ** (failures - 1));
      write(`ended (${how}); starts again in ${waitMs / 1000} s`);
      const end = Date.now() + waitMs;
      while (!stopping && Date.now() < end) await sleep(100);
    }
  })();
  return {
    pid: () => (child && isAlive(child.pid) ? child.pid : undefined),
    ended,
    /** Resolves once the process has drained; `graceMs` later it is killed. */
    async stop(graceMs) {
      stopping = true;
      if (child?.pid) await endProcess(child.pid, { graceMs });
      await ended;
    },
  };
}

/** Names the processes to whoever wants to watch or kill one. */
function book(kept) {
  const entries = () => kept.map(({ label, port, service }) => ({ service: label, pid: service?.pid(), port }));
  return {
    write: () =>
      writeFileSync(
        bookFile,
        JSON.stringify(
          entries().filter(({ pid }) => pid),
          null,
          2,
        ) + '\n',
        { mode: 0o600 },
      ),
    remove: () => rmSync(bookFile, { force: true }),
  };
}

/** Writes down where the gateway is: `npx millrace` looks there first. */
function tellGateway(kept) {
  const port = kept.find(({ folder }) => folder === 'services/gateway')?.port;
  if (port === undefined) return { forget() {} };
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(urlFile, url, { mode: 0o600 });
  const wanted = gatewayPort();
  if (port !== wanted)
    console.error(`Port ${wanted} is taken: the gateway is at ${url}, where npx millrace finds it in this folder`);
  return {
    forget() {
      if (existsSync(urlFile) && readFileSync(urlFile, 'utf8') === url) rmSync(urlFile);
    },
  };
}

function refuseTwice() {
  if (!existsSync(bookFile)) return;
  const alive = JSON.parse(readFileSync(bookFile, 'utf8')).filter(({ pid }) => isAlive(pid));
  if (alive.length === 0) return;
  const list = alive.map(({ service, pid }) => `  ${service} (pid ${pid})`).join('\n');
  throw new Error(
    `Services still run from before; stop that command, or end them: kill ${alive.map(({ pid }) => pid).join(' ')}\n${list}`,
  );
}

function gatewayPort() {
  const text = process.env.PORT?.trim();
  if (!text) return GATEWAY_PORT;
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535 - APART) return Number(text);
  throw new UsageError(`PORT is "${text}": expected the gateway’s port, from 1 to ${65_535 - APART}, e.g. 8080.`);
}

async function instances({ counts, known }) {
  const first = gatewayPort();
  const taken = new Set();
  const list = [];
  for (const [name, count] of counts) {
    for (let nth = 1; nth <= count; nth++) {
      const port = await choosePort(undefined, name === 'gateway' && nth === 1 ? first : first + APART, taken);
      taken.add(port);
      list.push({ label: count > 1 ? `${name}-${nth}` : name, folder: known.get(name), port });
    }
  }
  return list;
}

async function main() {
  const known = services();
  const options = readOptions(process.argv.slice(2), known);
  if (options.help) return console.log(HELP);
  refuseTwice();
  await warnOfMisspelt();
  const env = environment(options.data);
  if (options.build && build() !== 0) throw new Error('The build failed; nothing was started.');

  const all = await instances({ counts: options.counts, known });
  const kept = all.filter(({ folder }) => existsSync(join(root, folder, 'dist/main.js')));
  for (const { label, folder } of all.filter((it) => !kept.includes(it)))
    console.error(`${label} is left out: ${folder} has no src/main.ts`);
  if (kept.length === 0) throw new Error('There is nothing to start.');

  // 0711 and not 0700: a local PostgreSQL that runs under its own account passes through to its folder.
  mkdirSync(join(root, '.millrace'), { recursive: true, mode: 0o711 });
  const pids = book(kept);
  const width = Math.max(...kept.map(({ label }) => label.length));
  kept.forEach((it, index) => {
    const write = writer({ label: it.label, width, colour: COLOURS[index % COLOURS.length] });
    it.service = keep({ ...it, env, write, changed: () => pids.write() });
  });
  pids.write();
  const gateway = tellGateway(kept);

  let asked = 0;
  const stopAll = (graceMs) => Promise.all(kept.map(({ service }) => service.stop(graceMs)));
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        // npm and our launcher pass the terminal's signal on too; only one that comes later means a second Ctrl-C.
        if (asked && Date.now() - asked > 1_500) void stopAll(0);
        else if (!asked) {
          asked = Date.now();
          console.error('\nServices finish what they have begun; Ctrl-C again kills them.');
          void stopAll(DRAIN_MS).then(resolve);
        }
      });
    }
  });
  pids.remove();
  gateway.forget();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error.message);
  if (error instanceof UsageError) console.error(`\n${HELP}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
