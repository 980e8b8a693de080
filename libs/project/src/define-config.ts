import type { Pipeline } from '@millrace/pipeline';
import type { AnyStage, StageGiven, StageOptions } from '@millrace/stage';
import type { z } from 'zod';

/** A stage with settings of its own. */
export interface ConfiguredStage extends Pick<StageOptions, 'imports'> {
  readonly stage: AnyStage;
  /** A schema whose keys are environment variables. */
  readonly config: z.ZodType;
  /** Returns what Nest injects into the stage, from the settings that were read. */
  readonly providers: (settings: never) => NonNullable<StageOptions['providers']>;
}

/**
 * A stage (a class or a function), a stage with its providers or settings, or the path or package of a module that exports
 * stages. Only the processes that serve a stage load its module.
 */
export type StageEntry = StageGiven | ConfiguredStage | string;

/** The pipelines and stages of a project. Paths are relative to the project's folder, which is where the file with this is. */
export interface ProjectConfig {
  /** A pipeline as `pipeline()` returned it, or the path or package of a module that exports that, or the path of a YAML file. */
  readonly pipelines: readonly (Pick<Pipeline, 'name' | 'loaded' | 'contracts'> | string)[];
  readonly stages?: readonly StageEntry[];
  /** Paths of sample inputs, by pipeline: `millrace dev` shows how to send them. */
  readonly samples?: Readonly<Record<string, string>>;
}

/**
 * Names a project's pipelines and stages, in `millrace.config.ts`.
 *
 * @example
 * export default defineConfig({ pipelines: [hello], stages: [greeting, ShoutStage] });
 */
export const defineConfig = (config: ProjectConfig): ProjectConfig => config;
