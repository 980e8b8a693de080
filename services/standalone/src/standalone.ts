import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Broker, BrokerError } from '@millrace/broker';
import { embeddedBroker } from '@millrace/broker-embedded';
import { cacheOf, retentionOf, startCoordinator, webhooksOf } from '@millrace/coordinator';
import { gatewaySettings, startGateway } from '@millrace/gateway';
import { type Build, openProject } from '@millrace/project';
import {
  ConfigError,
  type Env,
  followCancellations,
  followLimits,
  followPauses,
  followPlans,
  type Runtime,
  openRuntime,
  readAll,
  keepPrivate,
  readSettings,
  type Running,
  type ServiceSettings,
  serviceSettings,
  untilReached,
} from '@millrace/runtime';
import { contractOf, ModelCalls, startStage } from '@millrace/stage';
import { openStore } from '@millrace/store';
import { type Log, telemetry } from '@millrace/telemetry';
import { allMetrics } from './all-metrics.js';
import { StandaloneConfig } from './config.js';

export interface Standalone extends AsyncDisposable {
  readonly url: string;
  readonly settings: ServiceSettings;
  /** The pipelines of its project, by name. */
  readonly pipelines: readonly string[];
  /** Paths of sample inputs, by pipeline. */
  readonly samples: Readonly<Record<string, string>>;
  /** The log that all of its services share. */
  readonly broker: Broker;
}

export interface StandaloneOptions {
  /** A folder of the project whose pipelines and stages are run. */
  readonly from: string;
  readonly build: Build;
  /** New runs get the plans of the project as it is now, also where another version was chosen since. */
  readonly routesToProject?: boolean;
}

/** Runs every service of Millrace in this process, on the embedded log and SQLite, as they would run each in its own. */
export async function startStandalone(env: Env, options: StandaloneOptions): Promise<Standalone> {
  const given = await read(env, options);
  const { project, pipelines, settings } = given;
  await usable(settings.dataDir);
  await using opening = new AsyncDisposableStack();
  // First of all, because nobody else may touch the rest of the data while we have the log.
  const { log } = opening.use(telemetry({ service: 'standalone', ...settings }));
  const broker = opening.use(await ownLog(settings.dataDir, log));
  const urlFile = join(settings.dataDir, 'url');
  await rm(urlFile, { force: true });
  const pidFile = join(settings.dataDir, 'pid');
  await writeFile(pidFile, String(process.pid));
  opening.defer(() => rm(pidFile, { force: true }));

  const gateway = await startServices(opening, { given, broker, log });
  // What an earlier version, or a person, has put there since.
  await keepPrivate(settings.dataDir);
  // Where the CLI looks first.
  await writeFile(urlFile, gateway.url);
  opening.defer(() => rm(urlFile, { force: true }));
  const opened = opening.move();
  const names = pipelines.map(({ loaded }) => loaded.plan.pipeline);
  const { samples } = project;
  return {
    url: gateway.url,
    settings,
    pipelines: names,
    samples,
    broker,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Reads the project and the settings. Nothing has been opened then. */
async function read(env: Env, { from, build, routesToProject = false }: StandaloneOptions) {
  const instead = StandaloneConfig.shape.PIPELINES.safeParse(env['PIPELINES']?.trim() || undefined).data;
  const project = await openProject({ from, build, instead });
  const [pipelines, loadedStages] = await Promise.all([project.pipelines(), project.stages()]);
  const [common, config, own, stages] = readAll('standalone', [
    () => serviceSettings({ LOG_LEVEL: 'warn', ...env }, 'standalone'),
    () => readSettings(StandaloneConfig, env, 'standalone'),
    () => gatewaySettings(env),
    () => loadedStages.all(env),
  ] as const);
  const settings: ServiceSettings = { ...common, kafka: undefined };
  return { project, pipelines, settings, config, own, stages, routesToProject };
}

type Given = Awaited<ReturnType<typeof read>>;

interface Opened {
  readonly given: Given;
  readonly broker: Broker;
  readonly log: Log;
}

/** Starts every service; what they opened is disposed of with `opening`, the last first. */
async function startServices(opening: AsyncDisposableStack, { given, broker, log }: Opened) {
  const { settings, pipelines, stages, config } = given;
  const runtimes: Runtime[] = [];
  const runtime = async (service: string) => {
    const opened = opening.use(await openRuntime(service, settings, { broker }));
    runtimes.push(opened);
    return opened;
  };
  const [store, gatewayRuntime] = await Promise.all([storeOf(settings, log), runtime('gateway')]);
  opening.use(store);
  const drained = (running: Running) => opening.defer(() => running.drain(settings.drainMs));

  const shared = {
    plans: opening.use(await followPlans(gatewayRuntime)),
    cancellations: opening.use(await followCancellations(gatewayRuntime)),
    limits: opening.use(await followLimits(gatewayRuntime)),
    pauses: opening.use(await followPauses(gatewayRuntime)),
  };
  const models = opening.use(new ModelCalls(gatewayRuntime));
  const coordinator = await startCoordinator(await runtime('coordinator'), {
    store,
    pipelines,
    routesToPipelines: given.routesToProject,
    pauses: shared.pauses,
    keyIsIdempotent: config.INTAKE_KEY_IS_IDEMPOTENT,
    maxAnswerBytes: config.MAX_ANSWER_BYTES,
    maxItems: config.MAX_MAP_ITEMS,
    cache: cacheOf(config),
    retention: retentionOf(config),
    webhooks: webhooksOf(config),
  });
  drained(coordinator);
  const working = await Promise.all(
    stages.map(async (given) => {
      const { stage, ...own } = 'stage' in given ? given : { stage: given };
      const uses = { ...shared, models, ...own, concurrency: config.STAGE_CONCURRENCY };
      const running = await startStage(await runtime(contractOf(stage).name), stage, uses);
      drained(running);
      return running;
    }),
  );
  const notReady = async () =>
    (await Promise.all(working.map((running) => running.ready()))).filter((state) => state !== true);
  const { host, port } = settings;
  const gateway = await startGateway(
    { ...gatewayRuntime, telemetry: { ...gatewayRuntime.telemetry, metricsText: () => allMetrics(runtimes) } },
    {
      reader: store.reader,
      ...shared,
      others: () => coordinator.ready(),
      stages: notReady,
      host,
      port,
      nextFreePort: true,
      ...given.own,
    },
  );
  drained(gateway);
  return gateway;
}

/** Opens the store. SQLite is here, or is not: only PostgreSQL is waited for. */
const storeOf = (settings: ServiceSettings, log: Log) =>
  settings.databaseUrl === undefined
    ? openStore(settings)
    : untilReached({ log, signal: undefined }, () => openStore(settings));

/** Makes the folder of the data, and writes to it. @throws {ConfigError} where that cannot be done */
async function usable(dataDir: string): Promise<void> {
  const probe = join(dataDir, `probe-${process.pid}`);
  try {
    await keepPrivate(dataDir, { create: true });
    await writeFile(probe, ' '.repeat(64 * 1_024));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = WHY_UNUSABLE[code ?? ''] ?? `cannot be written to (${code ?? String(error)})`;
    const problem = `is ${JSON.stringify(dataDir)}, which ${why}: name a folder that can be written to`;
    throw new ConfigError('standalone', [{ variable: 'MILLRACE_DATA', problem }]);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

const WHY_UNUSABLE: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOENT: 'cannot be made there',
  ENOTDIR: 'is in a file, not in a folder',
  EACCES: 'must not be written to by this user',
  EPERM: 'must not be written to by this user',
  EROFS: 'is on a file system that is read only',
  ENOSPC: 'is on a disk that is full',
  EDQUOT: 'has no space left for this user',
};

/** @throws {BrokerError} `LOG_IN_USE` where another Millrace runs on the data, with the way to it */
async function ownLog(dataDir: string, log: Log): Promise<Broker> {
  try {
    return await embeddedBroker({ dir: join(dataDir, 'log'), log });
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'LOG_IN_USE') throw error;
    const url = await readFile(join(dataDir, 'url'), 'utf8').catch(() => undefined);
    const where = url === undefined ? 'It is still starting.' : `It answers at ${url}.`;
    throw new BrokerError(error.code, `${error.message} ${where}`, { cause: error });
  }
}
