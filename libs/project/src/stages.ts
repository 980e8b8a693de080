import { resolve } from 'node:path';
import { type Env, readAll, readSettings } from '@millrace/runtime';
import { contractOf, refuseTwice, type StageGiven, stageNameOf } from '@millrace/stage';
import type { ConfiguredStage, StageEntry } from './define-config.js';
import { isStage } from './is-stage.js';
import { type Base, type Exports, loadModule, pathOf } from './modules.js';
import { ProjectError } from './project-error.js';

/** Stages whose modules are loaded and whose settings are not read yet. */
export interface LoadedStages {
  /**
   * Reads the settings of all of them.
   * @throws {ConfigError} with all problems at once
   * @throws {ProjectError} where two have one name
   */
  all(env: Env): readonly StageGiven[];
  /** Reads the settings of those that are named. @throws {ProjectError} for a name that no stage has, with those there are */
  named(names: readonly string[], env: Env): readonly StageGiven[];
}

/** One entry of a project's stages. */
interface Source {
  /** Undefined where only reading them says which there are. */
  readonly names: readonly string[] | undefined;
  readonly read: (env: Env) => readonly StageGiven[];
}

/** Loads the modules of stages. @throws {ProjectError} naming a module that cannot be loaded or exports no stage */
export async function loadStages(entries: readonly StageEntry[], base: Base): Promise<LoadedStages> {
  const sources = (await Promise.all(entries.map((entry) => sourcesOf(entry, base)))).flat();
  const read = (some: readonly Source[], env: Env): readonly StageGiven[] => {
    const stages = readAll(
      'stages',
      some.map((source) => () => source.read(env)),
    ).flat();
    try {
      refuseTwice(stages);
    } catch (cause) {
      throw new ProjectError((cause as Error).message, { cause });
    }
    return stages;
  };
  return {
    all: (env) => read(sources, env),
    named(names, env) {
      const asked = sources.filter((source) => source.names?.some((name) => names.includes(name)) ?? true);
      const stages = read(asked, env).filter((given) => names.includes(stageNameOf(given)));
      const missing = names.find((name) => !stages.some((given) => stageNameOf(given) === name));
      if (missing === undefined) return stages;
      const there = sources.flatMap((source) => source.names ?? source.read(env).map(stageNameOf));
      throw new ProjectError(`This project has no stage "${missing}". It has: ${there.join(', ') || 'none'}.`);
    },
  };
}

async function sourcesOf(entry: StageEntry, base: Base): Promise<readonly Source[]> {
  if (typeof entry !== 'string') return [one(entry)];
  if (!/\.ya?ml$/.test(entry)) return [fromModule(entry, await loadModule(entry, base))];
  // Loaded only here: most projects declare no HTTP stages.
  const { readHttpStages } = await import('./http-stages.js');
  const stages = readHttpStages(pathOf(entry, base) ?? resolve(base.folder, entry), entry);
  return stages.map((stage) => one(stage as unknown as ConfiguredStage));
}

function one(entry: StageGiven | ConfiguredStage): Source {
  if (!('config' in entry)) return { names: [stageNameOf(entry)], read: () => [entry] };
  const { stage, config, providers, imports } = entry;
  const { name } = contractOf(stage);
  return {
    names: [name],
    read(env) {
      const settings = readSettings(config, env, name) as never;
      return [{ stage, providers: providers(settings), ...(imports && { imports }) }];
    },
  };
}

/**
 * A module brings stages by exporting them, with `config` and `providers` where its one stage has settings, or by exporting
 * `stages`, a function of the environment.
 */
function fromModule(name: string, exports: Exports): Source {
  if (isReader(exports['stages'])) return { names: undefined, read: exports['stages'] };
  const stages = Object.values(exports).filter(isStage);
  const { config, providers } = exports as unknown as Partial<ConfiguredStage>;
  const [stage, another] = stages;
  if (!stage) throw new ProjectError(`${name} exports no stage: export a class with @Stage, or what stage() gives.`);
  if (config === undefined || providers === undefined)
    return { names: stages.map((given) => stageNameOf(given)), read: () => stages };
  if (!another) return one({ stage, config, providers });
  throw new ProjectError(
    `${name} exports several stages beside one config: export stages(env), which reads their settings.`,
  );
}

const isReader = (value: unknown): value is Source['read'] => typeof value === 'function' && !isStage(value);
