// Kafka, PostgreSQL and Jaeger on this machine, without Docker. `npm run infra -- help` says how.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildJaeger, startJaeger, startKafka, startPostgres } from '../deploy/local/index.mjs';
import { endProcess, isAlive } from '../deploy/local/server.mjs';
import { infraBook, infraFolder } from './infra-book.mjs';

const HELP = `npm run infra                       start Kafka and PostgreSQL, stop them on Ctrl-C
npm run infra -- --detach           start them and return
npm run infra -- status | stop      of what was started

  --jaeger                build Jaeger (once, with Go) and start it too; afterwards it always starts
  --only kafka,postgres   only these (kafka, postgres, jaeger)
  --fresh                 wipe the data first
  --data DIR              keep data here instead of .millrace/infra; npm run services looks there, too
  --kafka-port N, --postgres-port N, --otlp-port N, --jaeger-port N
                          exactly this port, or any free one for 0 (else 9092, 5433, 4318, 16686 or the next free one)`;

const STARTS = {
  kafka: async ({ options, ...rest }) => {
    const kafka = await startKafka({ ...rest, port: options['kafka-port'] });
    return { server: kafka, env: { KAFKA_BROKERS: kafka.brokers } };
  },
  postgres: async ({ options, ...rest }) => {
    const postgres = await startPostgres({ ...rest, port: options['postgres-port'] });
    return { server: postgres, env: { DATABASE_URL: postgres.url } };
  },
  jaeger: async ({ options, ...rest }) => {
    const jaeger = await startJaeger({ ...rest, port: options['otlp-port'], queryPort: options['jaeger-port'] });
    return { server: jaeger, env: { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.url, JAEGER_QUERY_URL: jaeger.queryUrl } };
  },
};
const NAMES = Object.keys(STARTS);
const STOPS = { kafka: {}, postgres: { signal: 'SIGINT' }, jaeger: {} };

class UsageError extends Error {}

function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const ports = { 'kafka-port': text, 'postgres-port': text, 'otlp-port': text, 'jaeger-port': text };
  let parsed;
  try {
    const options = { detach: flag, fresh: flag, jaeger: flag, only: text, data: text, help: flag, ...ports };
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values, positionals } = parsed;
  const [command = 'start', ...more] = values.help ? ['help'] : positionals;
  if (more.length > 0 || !['start', 'stop', 'status', 'help'].includes(command)) {
    throw new UsageError(`"${positionals.join(' ')}" is not one of start, stop, status, help.`);
  }
  for (const name of Object.keys(ports)) {
    if (values[name] === undefined) continue;
    if (!/^\d{1,5}$/.test(values[name]) || Number(values[name]) > 65535)
      throw new UsageError(`--${name} is "${values[name]}": expected a port.`);
    values[name] = Number(values[name]);
  }
  const only = values.only?.split(',');
  const unknown = only?.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only names "${unknown}": expected some of ${NAMES.join(', ')}.`);
  return { ...values, command, only };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const log = (line) => console.error(`infra: ${line}`);

function wanted({ only, jaeger }) {
  const built = existsSync(join(root, 'deploy/jaeger/bin/jaeger'));
  return NAMES.filter((name) => (only ? only.includes(name) : name !== 'jaeger' || jaeger || built));
}

/** Resolves when somebody wants us to end. npm and our launcher pass the terminal's signal on too, so it comes more than once. */
function interruption() {
  const state = { asked: false };
  state.promise = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ((state.asked = true), resolve()));
  });
  return state;
}

async function start(options, folder) {
  const book = infraBook(folder);
  const entries = book.running();
  if (options.fresh && Object.keys(entries).length > 0) {
    throw new Error(`${Object.keys(entries).join(', ')} still runs: npm run infra -- stop first, then --fresh.`);
  }
  if (options.jaeger || options.only?.includes('jaeger')) await buildJaeger({ log });

  const started = {};
  const end = async () => {
    await Promise.all(Object.values(started).map((server) => server.stop()));
    const left = book.running();
    for (const name of Object.keys(started)) delete left[name];
    book.write(left);
  };
  const began = await Promise.allSettled(
    wanted(options).map(async (name) => {
      if (entries[name]) return log(`${name} runs already (pid ${entries[name].pid})`);
      const from = Date.now();
      const { server, env } = await STARTS[name]({
        options,
        dataDir: join(folder, name),
        fresh: options.fresh,
        outlive: options.detach,
        log,
      });
      started[name] = server;
      entries[name] = { pid: server.pid, dataDir: server.dataDir, logFile: server.logFile, env };
      log(
        `${name} answers on port ${server.port} after ${((Date.now() - from) / 1000).toFixed(1)} s (pid ${server.pid}, log ${server.logFile})`,
      );
    }),
  );
  const failures = began.filter(({ status }) => status === 'rejected');
  if (failures.length > 0) {
    await end();
    throw new Error(failures.map(({ reason }) => reason.message).join('\n'));
  }
  book.write(entries);
  show(entries);
  return { started, end };
}

function show(entries) {
  for (const { env } of Object.values(entries)) {
    for (const [key, value] of Object.entries(env)) console.log(`export ${key}=${value}`);
  }
}

/** Waits until somebody ends us, or everything we started has gone. */
async function stay({ started, end }, interrupted) {
  log('Ctrl-C stops what was started here');
  const told = new Set();
  let watch;
  const allGone = new Promise((resolve) => {
    watch = setInterval(() => {
      for (const [name, server] of Object.entries(started)) {
        if (told.has(name) || isAlive(server.pid)) continue;
        told.add(name);
        log(`${name} has ended, and not by this command; its log is ${server.logFile}`);
      }
      if (told.size === Object.keys(started).length) resolve();
    }, 1_000);
  });
  await Promise.race([interrupted, allGone]);
  clearInterval(watch);
  log('stopping');
  await end();
}

async function stop(folder) {
  const book = infraBook(folder);
  const entries = book.running();
  await Promise.all(Object.entries(entries).map(([name, { pid }]) => endProcess(pid, STOPS[name])));
  for (const name of Object.keys(entries)) log(`${name} has stopped`);
  if (Object.keys(entries).length === 0) log('nothing runs');
  book.write({});
}

function status(folder) {
  const entries = infraBook(folder).running();
  for (const name of NAMES)
    log(`${name} ${entries[name] ? `runs (pid ${entries[name].pid}, log ${entries[name].logFile})` : 'does not run'}`);
  show(entries);
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  const folder = infraFolder(options.data);
  if (options.command === 'help') return console.log(HELP);
  if (options.command === 'stop') return stop(folder);
  if (options.command === 'status') return status(folder);
  const interrupted = interruption();
  const session = await start(options, folder);
  if (interrupted.asked) await session.end();
  else if (!options.detach && Object.keys(session.started).length > 0) await stay(session, interrupted.promise);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error.message);
  if (error instanceof UsageError) console.error(`\n${HELP}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
