import { present } from '@millrace/contracts';
import { type Env, type Runtime, readAll, readSettings, type Running, serve } from '@millrace/runtime';
import type { DynamicModule, INestMicroservice, ModuleMetadata, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { z } from 'zod';
import { type StageSettings, stageSettings } from './config.js';
import { nestLogger } from './nest/nest-logger.js';
import { within } from './work/scope.js';
import { type AnyStage, contractOf } from './nest/stage.decorator.js';
import { type CommandOptions, takeCommands } from './work/take-commands.js';
import { StageTransport } from './nest/transport.js';

export interface StageOptions extends CommandOptions {
  readonly providers?: readonly Provider[];
  readonly imports?: ModuleMetadata['imports'];
}

/** Starts a stage in a runtime. Resolves when it takes commands. */
export async function startStage(runtime: Runtime, stage: AnyStage, options: StageOptions = {}): Promise<Running> {
  contractOf(stage);
  const { log } = runtime.telemetry;
  const transport = new StageTransport(([handled]) =>
    takeCommands(runtime, present(handled, 'handler of the stage'), options),
  );
  const app = await within({ log }, () => appOf(transport, moduleOf(stage, options), runtime));
  try {
    await within({ log }, () => app.listen());
  } catch (error) {
    await app.close();
    throw error;
  }
  return {
    ready: () => transport.ready(),
    drain: async (ms) => {
      await transport.drain(ms);
      await app.close();
    },
  };
}

export interface ServeStageOptions<Schema extends z.ZodType> extends Omit<StageOptions, 'providers' | 'concurrency'> {
  /** The stage's own settings: a schema whose keys are environment variables. */
  readonly config?: Schema;
  readonly providers?: (env: z.output<Schema>) => readonly Provider[];
  /** The service's name; the contract's by default. */
  readonly name?: string;
}

/** All of a stage's `main.ts`: its own process, from settings to the last record drained. */
export async function serveStage<Schema extends z.ZodType = z.ZodType<Env>>(
  stage: AnyStage,
  options: ServeStageOptions<Schema> = {},
): Promise<void> {
  const { config, providers, name = contractOf(stage).name, ...rest } = options;
  const own = (env: Env) => (config ? readSettings(config, env, name) : env) as z.output<Schema>;
  await serve<readonly [StageSettings, z.output<Schema>]>(
    name,
    (runtime, [{ concurrency }, env]) =>
      startStage(runtime, stage, { ...rest, concurrency, providers: providers?.(env) ?? [] }),
    { config: (env) => readAll(name, [() => stageSettings(env, name), () => own(env)] as const) },
  );
}

class StageModule {}

function moduleOf(stage: AnyStage, { providers = [], imports = [] }: StageOptions): DynamicModule {
  return {
    module: StageModule,
    imports: [...imports],
    controllers: [stage as unknown as Type],
    providers: [...providers],
  };
}

async function appOf(strategy: StageTransport, module: DynamicModule, runtime: Runtime): Promise<INestMicroservice> {
  return NestFactory.createMicroservice(module, {
    strategy,
    logger: nestLogger(runtime.telemetry.log),
    abortOnError: false,
  });
}
