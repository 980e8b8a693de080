import { resolve } from 'node:path';
import { checkedConfig } from './check-config.js';
import type { ProjectConfig, StageEntry } from './define-config.js';
import { type Build, findProject, type FoundProject } from './find-project.js';
import { type Base, isThere, loadModule, pathOf } from './modules.js';
import { loadPipelines, type PipelineSource } from './pipelines.js';
import { type LoadedStages, loadStages } from './stages.js';

export interface ProjectOptions {
  /** A folder of the project. */
  readonly from: string;
  readonly build: Build;
  /** Modules whose pipelines, and the stages that come with them, are used instead of those that the project names. */
  readonly instead?: readonly string[] | undefined;
}

/** A project: what it names is loaded when it is asked for, so that a coordinator loads no stage. */
export interface Project {
  /** The folder of the project's config; where there is none, the folder that was asked about. */
  readonly folder: string;
  readonly samples: Readonly<Record<string, string>>;
  /** @throws {ProjectError} */
  pipelines(): Promise<readonly PipelineSource[]>;
  /** @throws {ProjectError} */
  stages(): Promise<LoadedStages>;
}

/**
 * Opens the project that a folder is in.
 * @throws {ProjectError} where its config cannot be loaded
 */
export async function openProject({ from, build, instead }: ProjectOptions): Promise<Project> {
  if (instead !== undefined) {
    const base: Base = { folder: resolve(from), build };
    return {
      folder: base.folder,
      samples: {},
      pipelines: () => loadPipelines(instead, base),
      stages: () => loadStages(stageModules(instead, base), base),
    };
  }
  const found = findProject(from, build);
  if (found === undefined) {
    const none = await loadStages([], { folder: resolve(from), build });
    return {
      folder: resolve(from),
      samples: {},
      pipelines: () => Promise.resolve([]),
      stages: () => Promise.resolve(none),
    };
  }
  const base: Base = { folder: found.folder, build };
  const { pipelines, stages = [], samples = {} } = await configIn(found, base);
  return {
    folder: found.folder,
    samples,
    pipelines: () => loadPipelines(pipelines, base),
    stages: () => loadStages(stages, base),
  };
}

async function configIn({ file }: FoundProject, base: Base): Promise<ProjectConfig> {
  const { default: exported } = await loadModule(file, base);
  return checkedConfig(exported, file);
}

/** Returns the entry `stages` of each package that has one: stages that come with a pipeline. */
function stageModules(packages: readonly string[], base: Base): readonly StageEntry[] {
  const modules = packages.filter((name) => pathOf(name, base) === undefined).map((name) => `${name}/stages`);
  return modules.filter((name) => isThere(name, base));
}
