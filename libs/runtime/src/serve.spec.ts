import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { z } from 'zod';
import { aLog } from './log.fixture.js';
import { type Host, type Running, serveOn } from './serve.js';
import { untilReached } from './followers/until-reached.js';

/** A process that a test can signal, and that only notes its exit. */
function aProcess(env: Record<string, string> = {}) {
  const complaints: string[] = [];
  const hooks = { signal: (_: string) => undefined as void, crash: (_: unknown) => undefined as void };
  let exit!: (code: number) => void;
  const exited = new Promise<number>((resolve) => (exit = resolve));
  const heeding = Promise.withResolvers<void>();
  const host: Host = {
    env: { PORT: '0', LOG_LEVEL: 'silent', ...env },
    onSignal: (stop) => {
      hooks.signal = stop;
      heeding.resolve();
    },
    onUncaught: (crash) => (hooks.crash = crash),
    complain: (text) => complaints.push(text),
    exit,
  };
  return {
    host,
    exited,
    /** Resolves once a signal is heeded: one that comes before would be lost here. */
    heeding: heeding.promise,
    complaints,
    signal: () => hooks.signal('SIGTERM'),
    crash: (error: unknown) => hooks.crash(error),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const aService = (over: Partial<Running> = {}): Running => ({
  ready: () => Promise.resolve(true),
  drain: () => Promise.resolve(),
  ...over,
});

test('a signal drains the service within its time, then it exits with 0', async () => {
  const { host, exited, signal } = aProcess({ DRAIN_MS: '1234' });
  const log = aLog();
  const drained: number[] = [];
  const started = new Promise<void>((resolve) => {
    void serveOn(host, 'test', {
      given: log,
      start: () => {
        resolve();
        return Promise.resolve(aService({ drain: (ms) => Promise.resolve(void drained.push(ms)) }));
      },
    });
  });
  await started;
  signal();
  expect(await exited).toBe(0);
  expect(drained).toEqual([1234]);
});

test('a second signal does not wait for what is in hand', async () => {
  const { host, exited, signal } = aProcess();
  let finish = () => undefined as void;
  let served: Promise<void> | undefined;
  await new Promise<void>((draining) => {
    const drain = () => new Promise<void>((resolve) => ((finish = resolve), draining()));
    const start = () => {
      setImmediate(signal);
      return Promise.resolve(aService({ drain }));
    };
    served = serveOn(host, 'test', { given: aLog(), start });
  });
  signal();
  expect(await exited).toBe(1);
  finish();
  await served;
});

test('an error that nobody caught ends the service with 1, and is in the log', async () => {
  const { host, exited, signal, crash } = aProcess();
  const log = aLog();
  const start = () => {
    setImmediate(() => crash(new Error('unforeseen')));
    return Promise.resolve(aService());
  };
  const served = serveOn(host, 'test', { given: log, start });
  expect(await exited).toBe(1);
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message: 'unforeseen' }) }),
  );
  signal();
  await served;
});

test('a service that crashes gives up its partitions before it exits, so that nobody waits for the end of its session', async () => {
  const { host, exited, signal, crash } = aProcess();
  const happened: string[] = [];
  const broker = {
    kind: 'kafka',
    ensureTopics: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(void happened.push('left')),
  } as unknown as Broker;
  const start = () => {
    setImmediate(() => crash(new Error('unforeseen')));
    setImmediate(() => crash(new Error('and another, while it leaves')));
    return Promise.resolve(aService());
  };
  const noting = { ...host, exit: (code: number) => (happened.push(`exit ${code}`), host.exit(code)) };
  const served = serveOn(noting, 'test', { given: { ...aLog(), broker }, start });
  await exited;
  expect(happened).toEqual(['left', 'exit 1']);
  signal();
  await served;
});

test('a service that cannot start says why and exits with 1', async () => {
  const { host, exited, complaints } = aProcess();
  await serveOn(host, 'test', { given: aLog(), start: () => Promise.reject(new Error('no model')) });
  expect(await exited).toBe(1);
  expect(complaints[0]).toContain('test cannot start: Error: no model');
});

test('settings that cannot be used stop the start, all of them named', async () => {
  const { host, exited, complaints } = aProcess({ PORT: 'http' });
  const config = z.object({ MODEL_URL: z.string('an endpoint') });
  await serveOn(host, 'test', { config, given: aLog(), start: () => Promise.reject(new Error('was started')) });
  expect(await exited).toBe(1);
  expect(complaints[0]).toMatch(/^test cannot start: 2 settings need attention\.\n {2}PORT .*\n {2}MODEL_URL /);
});

test('a broker that is not there yet is waited for, and a signal ends the waiting', async () => {
  const patient = aProcess();
  const log = aLog();
  log.goAway(2);
  const served = serveOn(patient.host, 'test', {
    given: log,
    start: () => Promise.resolve((setImmediate(patient.signal), aService())),
  });
  expect(await patient.exited).toBe(0);
  await served;
  expect(log.lines.filter(({ msg }) => msg === 'The broker cannot be reached yet.')).toHaveLength(2);

  const stopped = aProcess();
  const away = aLog();
  away.goAway(Infinity);
  const waiting = serveOn(stopped.host, 'test', { given: away, start: () => Promise.resolve(aService()) });
  await stopped.heeding;
  stopped.signal();
  expect(await stopped.exited).toBe(0);
  await waiting;
});

test('a database that is not there yet is waited for, not ready meanwhile; one that refuses us ends the start', async () => {
  const port = await freePort();
  const { host, exited, signal } = aProcess({ PORT: String(port) });
  const log = aLog();
  const seen: number[] = [];
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })).status;
  const away = Object.assign(new Error('Nobody is there.'), { code: 'STORE_UNAVAILABLE' });
  const answers = [() => Promise.reject(away), () => ask().then((status) => void seen.push(status))];
  const served = serveOn(host, 'test', {
    given: log,
    start: async (runtime, _, starting) => {
      await untilReached({ ...runtime.telemetry, ...starting }, () => answers.shift()!());
      setImmediate(signal);
      return aService();
    },
  });
  expect(await exited).toBe(0);
  await served;
  expect(seen).toEqual([503]);
  expect(log.lines.filter(({ msg }) => msg === 'The database cannot be reached yet.')).toHaveLength(1);
  const refused = untilReached({ ...log.telemetry, signal: undefined }, () => Promise.reject(new Error('refused')));
  await expect(refused).rejects.toThrow('refused');
});

test('health is answered until the service takes the port to answer itself', async () => {
  const port = await freePort();
  const { host, exited, signal } = aProcess({ PORT: String(port) });
  const livez = async () =>
    (await fetch(`http://127.0.0.1:${port}/livez`, { headers: { connection: 'close' } })).status;
  const seen: unknown[] = [];
  await serveOn(host, 'test', {
    given: aLog(),
    start: async (_house, _config, { takePort }) => {
      seen.push(await livez());
      await takePort();
      seen.push(await livez().catch((error: Error) => (error.cause as { code?: string }).code));
      setImmediate(signal);
      return aService();
    },
  });
  expect(await exited).toBe(0);
  expect(seen).toEqual([200, 'ECONNREFUSED']);
});

test('until it has started and once it is told to stop a service is not ready', async () => {
  const port = await freePort();
  const { host, exited, signal } = aProcess({ PORT: String(port) });
  const readyz = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })).json()) as {
      reason?: string;
    };
  const seen: unknown[] = [];
  const served = serveOn(host, 'test', {
    given: aLog(),
    start: async () => {
      seen.push(await readyz());
      setImmediate(
        () =>
          void readyz()
            .then((answer) => seen.push(answer))
            .finally(signal),
      );
      return aService({ drain: async () => void seen.push(await readyz()) });
    },
  });
  expect(await exited).toBe(0);
  await served;
  expect(seen).toEqual([{ ready: false, reason: 'starting' }, { ready: true }, { ready: false, reason: 'stopping' }]);
});

test('a misspelt setting is told once, before what is missing because of it', async () => {
  const { host, exited, complaints } = aProcess({ MODEL_ULR: 'http://model:8080/v1', KAFKA_HOME: '/opt/kafka' });
  const config = z.object({ MODEL_URL: z.string('an endpoint, e.g. http://model:8080/v1') });
  await serveOn(host, 'test', { config, given: aLog(), start: () => Promise.resolve(aService()) });
  expect(await exited).toBe(1);
  expect(complaints).toEqual([
    'warning: MODEL_ULR is not a setting of Millrace, and is ignored: did you mean MODEL_URL?',
    expect.stringContaining('MODEL_URL  is missing: an endpoint'),
  ]);
});

test('a service in production without the brokers and the database that all services share is refused, both named', async () => {
  const { host, exited, complaints } = aProcess({ NODE_ENV: 'production' });
  const start = () => Promise.reject(new Error('was started'));
  await serveOn(host, 'coordinator', { given: aLog(), start, database: true });
  expect(await exited).toBe(1);
  expect(complaints).toEqual([
    expect.stringMatching(
      /^coordinator cannot start: 2 settings need attention\.\n {2}KAFKA_BROKERS .*\n {2}DATABASE_URL /,
    ),
  ]);
});

test('a stage in production needs the brokers and no database', async () => {
  const { host, exited, signal, complaints } = aProcess({ NODE_ENV: 'production', KAFKA_BROKERS: 'kafka:9092' });
  const start = () => Promise.resolve((setImmediate(signal), aService()));
  await serveOn(host, 'greet', { given: aLog(), start });
  expect(await exited).toBe(0);
  expect(complaints).toEqual([]);
});

test('a service that is connected to no other, because it has a log of its own, is told so', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-serve-'));
  const { host, exited, signal, complaints } = aProcess({ MILLRACE_DATA: dataDir });
  await serveOn(host, 'greet', { start: () => Promise.resolve((setImmediate(signal), aService())) });
  expect(await exited).toBe(0);
  expect(complaints).toEqual([
    expect.stringMatching(/^warning: greet is connected to no other service.*KAFKA_BROKERS/),
  ]);
  await rm(dataDir, { recursive: true });
});
