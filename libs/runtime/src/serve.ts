import { misspeltText } from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import { redact } from '@millrace/telemetry';
import type { z } from 'zod';
import { processEnv, type ServiceSettings, serviceSettings } from './settings/config.js';
import { ConfigError, type Env, readAll, readSettings } from './settings/config-error.js';
import { healthServer } from './health/health-server.js';
import { type RuntimeOptions, type Runtime, openRuntime } from './runtime.js';
import { keepPrivate } from './private-data.js';

/** A service at work. */
export interface Running {
  /** True, or why it cannot do its work now. */
  ready(): Promise<true | string>;
  /** Takes nothing new, finishes what it has in hand for at most `ms`, and closes what it opened. */
  drain(ms: number): Promise<void>;
}

export interface ServeOptions<Config> {
  /** The service's own settings: a schema whose keys are environment variables, or what reads them. Its problems are told together with those of the common ones. */
  readonly config?: z.ZodType<Config> | ((env: Env) => Config);
  /** The service reads or writes the store: in production it needs DATABASE_URL. */
  readonly database?: boolean;
}

export interface Starting {
  /** Fires when the service is told to stop, which may be while it still starts. */
  readonly signal: AbortSignal;
  /** For a service that answers `/livez`, `/readyz` and `/metrics` on PORT itself: until this is called they are answered for it. */
  readonly takePort: () => Promise<void>;
}

export type Start<Config> = (runtime: Runtime, config: Config, starting: Starting) => Promise<Running>;

/** The process that a service runs in; a test gives its own. */
export interface Host {
  readonly env: Env;
  /** Calls back at each SIGTERM and SIGINT. */
  onSignal(stop: (signal: string) => void): void;
  onUncaught(crash: (error: unknown) => void): void;
  /** Tells whoever started this process, where it listens. */
  tell?(message: object): void;
  /** Reports a failure before there is a log. */
  complain(text: string): void;
  exit(code: number): void;
}

const thisProcess = (): Host => ({
  env: processEnv(),
  onSignal: (stop) => void process.on('SIGTERM', stop).on('SIGINT', stop),
  onUncaught: (crash) => void process.on('uncaughtException', crash).on('unhandledRejection', crash),
  // One that is gone, or never listened, is no failure of ours.
  tell: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => undefined)),
  complain: (text) => void process.stderr.write(text + '\n'),
  exit: (code) => process.exit(code),
});

/**
 * All of a `main.ts`: settings, runtime, `start`, health server on PORT. SIGTERM or SIGINT: not ready at once, drain within
 * DRAIN_MS, flush, exit 0; a second one exits at once. What nobody caught is logged, and the service leaves its groups and
 * exits 1.
 */
export async function serve<Config = undefined>(
  service: string,
  start: Start<Config>,
  options: ServeOptions<Config> = {},
): Promise<void> {
  await serveOn(thisProcess(), service, { start, ...options });
}

/** `serve` on a given process. */
export async function serveOn<Config>(
  host: Host,
  service: string,
  options: ServeOptions<Config> & { readonly start: Start<Config>; readonly given?: RuntimeOptions },
): Promise<void> {
  // First of all: a setting that is missing may be one that was misspelt.
  for (const line of misspeltText(host.env)) host.complain(line);
  try {
    const [settings, config] = readAll<[ServiceSettings, Config, void]>(service, [
      () => serviceSettings(host.env, service),
      () => ownConfig(options.config, host.env, service),
      () => connected(host.env, { service, database: options.database ?? false }),
    ]);
    if (settings.kafka === undefined && !options.given?.broker) host.complain(`warning: ${service} ${ALONE}.`);
    await keepPrivate(settings.dataDir);
    await live(host, service, {
      ...options,
      settings,
      start: (runtime, starting) => options.start(runtime, config, starting),
    });
  } catch (error) {
    host.complain(error instanceof ConfigError ? error.message : `${service} cannot start: ${describe(error)}`);
    host.exit(1);
  }
}

const ALONE =
  'is connected to no other service: without KAFKA_BROKERS it has a log of its own. Set KAFKA_BROKERS, or run all services in one process with "millrace dev"';

/** Refuses a service in production that no other could reach. @throws {ConfigError} */
export function connected(env: Env, { service, database }: { service: string; database: boolean }): void {
  if (env['NODE_ENV'] !== 'production') return;
  const needed = {
    KAFKA_BROKERS: 'is missing: expected the brokers that all services share, e.g. kafka-1:9092,kafka-2:9092',
    ...(database && {
      DATABASE_URL:
        'is missing: expected the database that coordinators and gateways share, e.g. postgres://user:password@db:5432/millrace',
    }),
  };
  const problems = Object.entries(needed).flatMap(([variable, problem]) =>
    env[variable]?.trim() ? [] : [{ variable, problem }],
  );
  if (problems.length > 0) throw new ConfigError(service, problems);
}

function ownConfig<Config>(config: ServeOptions<Config>['config'], env: Env, service: string): Config {
  if (typeof config === 'function') return config(env);
  return config ? readSettings(config, env, service) : (undefined as Config);
}

interface Life {
  readonly settings: ServiceSettings;
  readonly given?: RuntimeOptions;
  readonly start: (runtime: Runtime, starting: Starting) => Promise<Running>;
}

async function live(host: Host, service: string, { settings, given, start }: Life): Promise<void> {
  const stopping = new AbortController();
  const stopped = new Promise<string>((resolve) => {
    host.onSignal((signal) => {
      if (stopping.signal.aborted) return host.exit(1);
      stopping.abort();
      resolve(signal);
    });
  });
  let runtime: Runtime | undefined;
  let running: Running | undefined;
  let crashed = false;
  host.onUncaught((error) => {
    if (runtime) runtime.telemetry.log.fatal({ err: error }, 'An error that nobody caught: the service ends.');
    else host.complain(`${service}: ${describe(error)}`);
    if (crashed) return;
    crashed = true;
    void leave(runtime).finally(() => host.exit(1));
  });

  await using open = new AsyncDisposableStack();
  const ready = async (): Promise<true | string> => {
    if (stopping.signal.aborted) return 'stopping';
    if (!runtime || !running) return 'starting';
    if (!(await runtime.broker.healthy())) return runtime.broker.ailment ?? 'the broker cannot be reached';
    return running.ready();
  };
  const metrics = async () => (runtime ? runtime.telemetry.metricsText() : '');
  const { host: address, port, publicUrls } = settings;
  const health = open.use(await healthServer({ host: address, port, publicUrls, ready, metrics }));
  const takePort = async () => health[Symbol.asyncDispose]();
  try {
    runtime = open.use(
      await openRuntime(service, settings, {
        ...given,
        signal: stopping.signal,
        onMember: (member) => host.tell?.({ millrace: 'member', ...member }),
      }),
    );
    const { log } = runtime.telemetry;
    running = await start(runtime, { signal: stopping.signal, takePort });
    log.info({ broker: runtime.broker.kind, port: health.port }, 'Started.');
    const signal = await stopped;
    log.info({ signal, drainMs: settings.drainMs }, 'Stopping: what is in hand is finished first.');
    await running.drain(settings.drainMs);
    log.info('Stopped.');
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    if (!isAbort(error)) runtime?.telemetry.log.error({ err: error }, 'Stopping went wrong.');
  }
  await open.disposeAsync();
  host.exit(0);
}

/** The time that a service that crashed takes to leave its groups, so that others need not wait for the end of its session. */
const LEAVE_MS = 3_000;

async function leave(runtime: Runtime | undefined): Promise<void> {
  const left = Promise.resolve(runtime?.broker[Symbol.asyncDispose]()).catch(() => undefined);
  await Promise.race([left, sleep(LEAVE_MS)]);
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

function describe(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  return redact('isExplained' in error ? error.message : (error.stack ?? error.message));
}
