import {
  type Cancellations,
  ensureStageTopics,
  type Env,
  followCancellations,
  followLimits,
  followPauses,
  followPlans,
  type House,
  type Limits,
  type Pauses,
  type Plans,
  readAll,
  readSettings,
  type Running,
  serve,
} from '@millrace/service';
import {
  type DynamicModule,
  type INestMicroservice,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { causeOf, type Consumption } from '@millrace/broker';
import { startInterval } from '@millrace/contracts/timers';
import { makeLinear, type StageContract } from '@millrace/pipeline';
import type { z } from 'zod';
import { announce } from './announce.js';
import { type StageSettings, stageSettings } from './config.js';
import { nestLogger } from './nest-logger.js';
import { RethrowFilter } from './rethrow.filter.js';
import { within } from './scope.js';
import { contractOf, type AnyStage } from './stage.decorator.js';
import { StageHealth } from './stage-health.js';
import { traceCalls } from './traced-calls.js';
import { StageTransport } from './transport.js';
import { Turns } from './turns.js';

export interface StageOptions {
  readonly providers?: readonly Provider[];
  readonly imports?: ModuleMetadata['imports'];
  /** How many steps this process works on at once. Default 64. */
  readonly concurrency?: number;
  /** The plans that several stages of one process share; the caller closes them. */
  readonly plans?: Plans;
  readonly cancellations?: Cancellations;
  readonly limits?: Limits;
  readonly pauses?: Pauses;
  /** Milliseconds since the epoch; the system's clock without it. */
  readonly now?: () => number;
}

/** The number of commands that wait in the process beyond those in hand, so that commands of a higher priority can pass them. */
const AHEAD = 512;

/** How soon limits are shared out anew after the stage's topic has got more partitions. */
const PARTITIONS_MS = 5_000;

/** Limits the turns of a stage as long as it runs: each of its topic's partitions has a share. */
async function keepLimits(
  { broker, topics, telemetry }: House,
  { stage, limits, turns }: { stage: string; limits: Limits; turns: Turns },
): Promise<Disposable> {
  const topic = topics.stage(stage);
  let partitions = await broker.partitionsOf(topic);
  const share = () => turns.limit(limits.get(stage), partitions);
  const look = async () => {
    const count = await broker.partitionsOf(topic);
    if (count === partitions) return;
    partitions = count;
    share();
  };
  share();
  const changes = limits.onChange(stage, share);
  const looking = startInterval(PARTITIONS_MS, () => {
    look().catch((error: unknown) => telemetry.log.debug({ topic, ...causeOf(error) }, 'Limits stay as they are.'));
  }).unref();
  return {
    [Symbol.dispose]() {
      changes();
      looking.stop();
    },
  };
}

/** Starts a stage in a house. Resolves when it takes commands. */
export async function startStage(house: House, stage: AnyStage, options: StageOptions = {}): Promise<Running> {
  const contract = contractOf(stage);
  const { broker, telemetry, topics, groups } = house;
  const topic = topics.stage(contract.name);
  const group = groups.stage(contract.name);
  await ensureStageTopics(house, [contract.name]);
  for (const pattern of linearPatterns(contract))
    telemetry.log.warn(
      { stage: contract.name, pattern },
      'A text that does not match may keep this stage busy: the pattern runs on JavaScript’s engine. Write it without looking around, back-references and flags, or bound the text with max().',
    );
  await using opening = new AsyncDisposableStack();
  const plans = options.plans ?? opening.use(await followPlans(house));
  const cancellations = options.cancellations ?? opening.use(await followCancellations(house));
  const limits = options.limits ?? opening.use(await followLimits(house));
  const pauses = options.pauses ?? opening.use(await followPauses(house));
  const concurrency = options.concurrency ?? 64;
  const turns = new Turns(concurrency);
  opening.use(await keepLimits(house, { stage: contract.name, limits, turns }));
  const pause = () => turns.pause(pauses.isStagePaused(contract.name));
  pause();
  opening.defer(pauses.onChange(contract.name, pause));
  if (telemetry.spans.on) traceCalls();
  const health = new StageHealth(contract.name, telemetry.log, options.now);
  const transport = new StageTransport({
    contract,
    topic,
    group,
    topics,
    broker,
    telemetry,
    plans,
    cancellations,
    pauses,
    turns,
    health,
    now: options.now,
    concurrency: concurrency + AHEAD,
  });
  const app = await within({ log: telemetry.log }, () => appOf(transport, moduleOf(stage, options), house));
  opening.defer(() => app.close());
  await within({ log: telemetry.log }, () => app.listen());
  const consumption = transport.unwrap<Consumption>();
  observe(house, { topic, group, consumption, turns });
  await announce(house, contract);
  const opened = opening.move();
  return {
    ready: () => {
      if (!consumption.ready) return Promise.resolve(`the stage ${contract.name} has no partitions yet`);
      return Promise.resolve(health.trouble ?? true);
    },
    drain: async (ms) => {
      turns.close();
      await consumption.drain(ms);
      await opened.disposeAsync();
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
    (house, [{ concurrency }, env]) =>
      startStage(house, stage, { ...rest, concurrency, providers: providers?.(env) ?? [] }),
    { config: (env) => readAll(name, [() => stageSettings(env, name), () => own(env)] as const) },
  );
}

/** A contract that JSON Schema cannot be written of has nothing to be looked at. */
function linearPatterns(contract: StageContract): readonly string[] {
  try {
    return makeLinear(contract);
  } catch {
    return [];
  }
}

class StageModule {}

function moduleOf(stage: AnyStage, { providers = [], imports = [] }: StageOptions): DynamicModule {
  return {
    module: StageModule,
    imports: [...imports],
    controllers: [stage as unknown as Type],
    // First of all filters, so asked last.
    providers: [{ provide: APP_FILTER, useClass: RethrowFilter }, ...providers],
  };
}

async function appOf(strategy: StageTransport, module: DynamicModule, house: House): Promise<INestMicroservice> {
  return NestFactory.createMicroservice(module, {
    strategy,
    logger: nestLogger(house.telemetry.log),
    abortOnError: false,
  });
}

function observe(
  { broker, telemetry }: House,
  of: { topic: string; group: string; consumption: Consumption; turns: Turns },
): void {
  const { topic, group, consumption, turns } = of;
  telemetry.meters.inFlight(() => [{ value: Math.max(0, consumption.inFlight - turns.waiting), labels: { topic } }]);
  telemetry.meters.backlog(async () => {
    const lag = await broker.lag(group, topic);
    return lag.map(({ partition, backlog }) => ({
      value: backlog,
      labels: { topic, group, partition: String(partition) },
    }));
  });
}
