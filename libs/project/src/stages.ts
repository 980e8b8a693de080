import { readAll, readSettings, type Env } from '@millrace/service';
import { type AnyStage, contractOf, refuseTwice, type StageGiven } from '@millrace/stage';
import type { ConfiguredStage, StageEntry } from './define-config.js';
import { type Base, type Exports, loadModule } from './modules.js';
import { ProjectError } from './project-error.js';

/** Stages whose modules are loaded and whose settings are not read yet. */
export interface LoadedStages {
  /**
   * Reads the settings of all of them.
   * @throws {ConfigError} with all problems at once
   * @throws {ProjectError} where two have one name
   */
  given(env: Env): readonly StageGiven[];
}

type Read = (env: Env) => readonly StageGiven[];

/** Loads the modules of stages. @throws {ProjectError} naming a module that cannot be loaded or exports no stage */
export async function loadStages(entries: readonly StageEntry[], base: Base): Promise<LoadedStages> {
  const reads = await Promise.all(
    entries.map(async (entry) =>
      typeof entry === 'string' ? fromModule(entry, await loadModule(entry, base)) : one(entry),
    ),
  );
  return {
    given(env) {
      const stages = readAll(
        'stages',
        reads.map((read) => () => read(env)),
      ).flat();
      try {
        refuseTwice(stages);
      } catch (cause) {
        throw new ProjectError((cause as Error).message, { cause });
      }
      return stages;
    },
  };
}

/** Returns the name of a stage. */
export const stageName = (given: StageGiven): string => contractOf('stage' in given ? given.stage : given).name;

const one =
  (entry: StageGiven | ConfiguredStage): Read =>
  (env) => {
    if (!('config' in entry)) return [entry];
    const { stage, config, providers, imports } = entry;
    const settings = readSettings(config, env, contractOf(stage).name) as never;
    return [{ stage, providers: providers(settings), ...(imports && { imports }) }];
  };

/**
 * A module brings stages by exporting them, with `config` and `providers` where its one stage has settings, or by exporting
 * `stages`, a function of the environment.
 */
function fromModule(name: string, exports: Exports): Read {
  if (isReader(exports['stages'])) return exports['stages'];
  const stages = Object.values(exports).filter(isStage);
  const { config, providers } = exports as unknown as Partial<ConfiguredStage>;
  if (stages.length === 0)
    throw new ProjectError(`${name} exports no stage: export a class with @Stage, or what stage() gives.`);
  if (config === undefined || providers === undefined) return () => stages;
  if (stages.length > 1)
    throw new ProjectError(
      `${name} exports several stages beside one config: export stages(env), which reads their settings.`,
    );
  return one({ stage: stages[0]!, config, providers });
}

const isReader = (value: unknown): value is Read => typeof value === 'function' && !isStage(value);

function isStage(value: unknown): value is AnyStage {
  if (typeof value !== 'function') return false;
  try {
    return contractOf(value as AnyStage) !== undefined;
  } catch {
    return false;
  }
}
