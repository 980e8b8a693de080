import {
  type Env,
  followCancellations,
  followLimits,
  followPauses,
  followPlans,
  type Runtime,
  readAll,
  type Running,
  serve,
} from '@millrace/runtime';
import { type StageSettings, stageSettings } from './config.js';
import { ModelCalls } from './models/model-turns.js';
import { type AnyStage, contractOf } from './nest/stage.decorator.js';
import { startStage, type StageOptions } from './start-stage.js';
import { type CommandOptions, takeCommands } from './work/take-commands.js';
import type { HandledStage } from './nest/transport.js';

/** A stage: its class or function, alone or with what it is provided with. */
export type StageGiven = AnyStage | ({ readonly stage: AnyStage } & Pick<StageOptions, 'providers' | 'imports'>);

/**
 * Starts several stages in a runtime. What they follow, they follow together. Resolves when all of them take commands.
 * @throws {Error} where two of them have one contract's name
 */
export async function startStages(
  runtime: Runtime,
  stages: readonly StageGiven[],
  options: Omit<StageOptions, 'providers' | 'imports'> = {},
): Promise<Running> {
  refuseTwice(stages);
  return together(runtime, options, (shared) =>
    stages.map((given) => {
      const { stage, ...own } = 'stage' in given ? given : { stage: given };
      return startStage(runtime, stage, { ...shared, ...own });
    }),
  );
}

/** Takes the commands of several stages whose handlers are there already. What they follow, they follow together. */
export const takeTogether = (
  runtime: Runtime,
  stages: readonly HandledStage[],
  options: CommandOptions = {},
): Promise<Running> =>
  together(runtime, options, (shared) => stages.map((stage) => takeCommands(runtime, stage, shared)));

async function together(
  runtime: Runtime,
  options: CommandOptions,
  start: (shared: CommandOptions) => readonly Promise<Running>[],
): Promise<Running> {
  await using opening = new AsyncDisposableStack();
  const shared = {
    ...options,
    plans: options.plans ?? opening.use(await followPlans(runtime)),
    cancellations: options.cancellations ?? opening.use(await followCancellations(runtime)),
    limits: options.limits ?? opening.use(await followLimits(runtime)),
    pauses: options.pauses ?? opening.use(await followPauses(runtime)),
    models: options.models ?? opening.use(new ModelCalls(runtime)),
  };
  const running = await Promise.all(start(shared));
  const opened = opening.move();
  return {
    async ready() {
      for (const one of running) {
        const ready = await one.ready();
        if (ready !== true) return ready;
      }
      return true;
    },
    async drain(ms) {
      await Promise.all(running.map((one) => one.drain(ms)));
      await opened.disposeAsync();
    },
  };
}

/** Returns the name of a stage. */
export const stageNameOf = (given: StageGiven): string => contractOf('stage' in given ? given.stage : given).name;

/** Refuses two stages of one name: commands would be answered by either of them. */
export function refuseTwice(stages: readonly StageGiven[]): void {
  const served = new Map<string, AnyStage>();
  for (const given of stages) {
    const stage = 'stage' in given ? given.stage : given;
    const { name } = contractOf(stage);
    const other = served.get(name);
    if (other !== undefined)
      throw new Error(
        `The stage ${name} is served twice by this process, by ${other.name} and by ${stage.name}: remove one of them.`,
      );
    served.set(name, stage);
  }
}

/** All of a `main.ts` of stages that share a process. `stages` reads their settings. */
export async function serveStages(name: string, stages: (env: Env) => readonly StageGiven[]): Promise<void> {
  await serve<readonly [StageSettings, readonly StageGiven[]]>(
    name,
    (runtime, [{ concurrency }, given]) => startStages(runtime, given, { concurrency }),
    { config: (env) => readAll(name, [() => stageSettings(env, name), () => stages(env)] as const) },
  );
}
