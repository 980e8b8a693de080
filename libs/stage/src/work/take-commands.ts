import { causeOf, type Consumption } from '@millrace/broker';
import type { ModelInterceptor } from '@millrace/contracts';
import { startInterval } from '@millrace/contracts/timers';
import { type StageContract } from '@millrace/pipeline';
import { makeLinear } from '@millrace/pipeline/engine';
import {
  type Cancellations,
  ensureStageTopics,
  followCancellations,
  followLimits,
  followPauses,
  followPlans,
  type Runtime,
  type Limits,
  parkingOf,
  type Pauses,
  type FollowedPlans,
  type Running,
} from '@millrace/runtime';
import { announce } from '../announce.js';
import { inTurn } from '../models/in-turn.js';
import { ModelCalls } from '../models/model-turns.js';
import { StageHealth } from '../stage-health.js';
import { toldModelCalls } from '../model-calls.js';
import { traceCalls } from '../traced-calls.js';
import type { HandledStage } from '../nest/transport.js';
import { Turns } from './turns.js';
import { Worker } from './worker.js';

export interface CommandOptions {
  /** The number of steps that this process works on at once. Default 64. */
  readonly concurrency?: number;
  /** The plans that several stages of one process share; the caller closes them. */
  readonly plans?: FollowedPlans;
  readonly cancellations?: Cancellations;
  readonly limits?: Limits;
  readonly pauses?: Pauses;
  /** Stand around each call of a language model that the stage makes. */
  readonly modelCalls?: readonly ModelInterceptor[];
  readonly models?: ModelCalls;
  /** Milliseconds since the epoch; the system's clock without it. */
  readonly now?: () => number;
}

/** The number of commands that wait in the process beyond those in hand, so that commands of a higher priority can pass them. */
const AHEAD = 512;

/** The time within which limits are shared out anew after the stage's topic has got more partitions. */
const PARTITIONS_MS = 5_000;

/** Limits the turns of a stage as long as it runs: each of its topic's partitions has a share. */
async function keepLimits(
  { broker, topics, telemetry }: Runtime,
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

/** Takes a stage's commands and answers them with its handler. Resolves when it takes commands. */
export async function takeCommands(
  runtime: Runtime,
  { contract, handler }: HandledStage,
  options: CommandOptions = {},
): Promise<Running> {
  const { broker, telemetry, topics, groups, settings, blobs } = runtime;
  const { name } = contract;
  const [topic, group] = [topics.stage(name), groups.stage(name)];
  await ensureStageTopics(runtime, [name]);
  warnOfSlowPatterns(runtime, contract);
  await using opening = new AsyncDisposableStack();
  const plans = options.plans ?? opening.use(await followPlans(runtime));
  const cancellations = options.cancellations ?? opening.use(await followCancellations(runtime));
  const limits = options.limits ?? opening.use(await followLimits(runtime));
  const pauses = options.pauses ?? opening.use(await followPauses(runtime));
  const models = options.models ?? opening.use(new ModelCalls(runtime));
  const turns = new Turns(options.concurrency ?? 64);
  opening.use(await keepLimits(runtime, { stage: name, limits, turns }));
  const pause = () => turns.pause(pauses.isStagePaused(name));
  pause();
  opening.defer(pauses.onChange(name, pause));
  if (telemetry.spans.on) traceCalls();
  const health = new StageHealth(name, telemetry.log, options.now);
  const told = toldModelCalls(telemetry, health, { content: settings.modelContent });
  const modelCalls = [told, ...(options.modelCalls ?? []), inTurn(models)];
  const followed = {
    blobs,
    plans,
    cancellations,
    pauses,
    turns,
    health,
    now: options.now,
    modelCalls,
    answers: models.answers,
    streams: models.streams,
  };
  const worker = new Worker({ contract, topic, group, topics, broker, telemetry, ...followed }, handler);
  const concurrency = (options.concurrency ?? 64) + AHEAD;
  const parking = parkingOf({ broker, topics, telemetry }, { group });
  const onRelease = (partition: number) => turns.release(partition);
  const consumption = opening.use(
    await broker.consume({ topic, group, concurrency, parking, onRelease }, (record, signal) =>
      worker.take(record, signal),
    ),
  );
  observe(runtime, { topic, group, consumption, turns });
  await announce(runtime, contract);
  const opened = opening.move();
  return {
    ready: () =>
      Promise.resolve(consumption.ready ? (health.trouble ?? true) : `the stage ${name} has no partitions yet`),
    drain: async (ms) => {
      turns.close();
      await consumption.drain(ms);
      await opened.disposeAsync();
    },
  };
}

function warnOfSlowPatterns({ telemetry }: Runtime, contract: StageContract): void {
  for (const pattern of linearPatterns(contract))
    telemetry.log.warn(
      { stage: contract.name, pattern },
      'A text that does not match may keep this stage busy: the pattern runs on JavaScript’s engine. Write it without looking around, back-references and flags, or bound the text with max().',
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

function observe(
  { broker, telemetry }: Runtime,
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
