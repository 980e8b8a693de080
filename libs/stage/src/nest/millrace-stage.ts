import type { Broker } from '@millrace/broker';
import {
  connected,
  type Env,
  openRuntime,
  processEnv,
  readAll,
  type Running,
  serviceSettings,
} from '@millrace/runtime';
import { stageSettings } from '../config.js';
import { takeTogether } from '../start-stages.js';
import { type HandledStage, StageTransport } from './transport.js';

export interface MillraceStageOptions {
  /** The name of the service in logs, traces and metrics. Default `stages`. */
  readonly name?: string;
  /** The settings, as every service has them: `KAFKA_BROKERS`, `STAGE_CONCURRENCY` and others. Default the environment of the process. */
  readonly env?: Env;
  /** A broker that the application has open already: for tests. The caller closes it. */
  readonly broker?: Broker;
}

/**
 * Serves the stages of an existing NestJS application: every controller with `@Stage` in its modules.
 *
 * ```ts
 * const app = await NestFactory.create(AppModule);
 * app.connectMicroservice({ strategy: new MillraceStage() }, { inheritAppConfig: true });
 * app.enableShutdownHooks();
 * await app.startAllMicroservices();
 * await app.listen(3000);
 * ```
 *
 * `app.close()`, and with shutdown hooks SIGTERM, takes nothing new and finishes what is in hand for at most `DRAIN_MS`.
 */
export class MillraceStage extends StageTransport {
  constructor(options: MillraceStageOptions = {}) {
    super((stages, signal) => open(stages, signal, options));
  }
}

async function open(
  stages: readonly HandledStage[],
  signal: AbortSignal,
  options: MillraceStageOptions,
): Promise<Running> {
  const { name = 'stages', env = processEnv(), broker } = options;
  if (stages.length === 0)
    throw new Error('The application has no stage: put a controller with @Stage(contract) into one of its modules.');
  const [settings, { concurrency }] = readAll(name, [
    () => serviceSettings(env, name),
    () => stageSettings(env, name),
    () => connected(env, { service: name, database: false }),
  ] as const);
  await using opening = new AsyncDisposableStack();
  const runtime = opening.use(await openRuntime(name, settings, { broker, signal }));
  if (settings.kafka === undefined && !broker)
    runtime.telemetry.log.warn(
      'The stages are connected to no other service: without KAFKA_BROKERS they have a log of their own. Set KAFKA_BROKERS.',
    );
  const running = await takeTogether(runtime, stages, { concurrency });
  runtime.telemetry.log.info({ stages: stages.map(({ contract }) => contract.name) }, 'The stages take commands.');
  const opened = opening.move();
  return {
    ready: async () => {
      if (!(await runtime.broker.healthy())) return runtime.broker.ailment ?? 'the broker cannot be reached';
      return running.ready();
    },
    drain: async () => {
      await running.drain(settings.drainMs);
      await opened.disposeAsync();
    },
  };
}
