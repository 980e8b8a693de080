import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedBroker } from '@millrace/broker-embedded';
import { loadPipelines, startCoordinator } from '@millrace/coordinator';
import { startGateway } from '@millrace/gateway';
import {
  type Env,
  followCancellations,
  followPlans,
  openHouse,
  type Running,
  type ServiceSettings,
  serviceSettings,
} from '@millrace/service';
import { startStage } from '@millrace/stage';
import { openStore } from '@millrace/store';
import { StandaloneConfig } from './config.js';
import { STAGES } from './stages.js';

export interface Standalone extends AsyncDisposable {
  readonly url: string;
  readonly settings: ServiceSettings;
}

/** Every service of Millrace in this process, on the embedded log and PGlite, as they would run each in its own. */
export async function startStandalone(env: Env): Promise<Standalone> {
  const config = StandaloneConfig.parse(env);
  const settings: ServiceSettings = {
    ...serviceSettings({ LOG_LEVEL: 'warn', ...env }, 'standalone'),
    kafka: undefined,
  };
  await mkdir(settings.dataDir, { recursive: true });
  await using opening = new AsyncDisposableStack();
  const broker = opening.use(await embeddedBroker({ dir: join(settings.dataDir, 'log') }));
  const house = async (service: string) => opening.use(await openHouse(service, settings, { broker }));
  const [store, plans, gatewayHouse] = await Promise.all([
    openStore({ databaseUrl: settings.databaseUrl, dataDir: settings.dataDir }),
    loadPipelines(config.PIPELINES),
    house('gateway'),
  ]);
  opening.use(store);
  const drained = (running: Running) => opening.defer(() => running.drain(settings.drainMs));

  drained(await startCoordinator(await house('coordinator'), { store, plans }));
  const shared = {
    plans: opening.use(await followPlans(gatewayHouse)),
    cancellations: opening.use(await followCancellations(gatewayHouse)),
  };
  await Promise.all(
    STAGES.map(async ({ name, stage, providers }) =>
      drained(
        await startStage(await house(name), stage, {
          ...shared,
          providers: providers(env),
          concurrency: config.STAGE_CONCURRENCY,
        }),
      ),
    ),
  );
  const { host, port } = settings;
  const gateway = await startGateway(gatewayHouse, {
    reader: store.reader,
    host,
    port,
    nextFreePort: true,
    jaegerUrl: config.JAEGER_URL,
  });
  drained(gateway);
  // Where the CLI looks first.
  const urlFile = join(settings.dataDir, 'url');
  await writeFile(urlFile, gateway.url);
  opening.defer(() => rm(urlFile, { force: true }));
  const opened = opening.move();
  return { url: gateway.url, settings, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
