import type { Env } from '@millrace/service';
import { readSettings } from '@millrace/service';
import type { AnyStage, StageGiven, StageOptions } from '@millrace/stage';
import * as classify from '@millrace/stage-classify';
import * as comply from '@millrace/stage-comply';
import * as draft from '@millrace/stage-draft';
import * as extract from '@millrace/stage-extract';
import * as intake from '@millrace/stage-intake';
import * as retrieve from '@millrace/stage-retrieve';
import * as route from '@millrace/stage-route';
import * as send from '@millrace/stage-send';
import type { z } from 'zod';

export interface StageEntry {
  readonly name: string;
  readonly stage: AnyStage;
  /** Reads its settings. @throws {ConfigError} */
  readonly settings: (env: Env) => unknown;
  readonly providers: (env: Env) => NonNullable<StageOptions['providers']>;
}

type Providers = NonNullable<StageOptions['providers']>;

/** A stage as its own `main.ts` would start it: with its settings, and what it is given. */
const entry = <Schema extends z.ZodType>(
  name: string,
  stage: AnyStage,
  own?: { config: Schema; providers: (settings: z.output<Schema>) => Providers },
): StageEntry => ({
  name,
  stage,
  settings: (env) => own && readSettings(own.config, env, name),
  providers: (env) => (own ? own.providers(readSettings(own.config, env, name)) : []),
});

export const STAGES: readonly StageEntry[] = [
  entry('intake', intake.IntakeStage),
  entry('classify', classify.ClassifyStage, classify),
  entry('extract', extract.ExtractStage, extract),
  entry('retrieve', retrieve.RetrieveStage, retrieve),
  entry('draft', draft.DraftStage, draft),
  entry('comply', comply.ComplyStage, comply),
  entry('route', route.RouteStage, route),
  entry('send', send.SendStage, send),
];

/** The stages that a pipeline's module brings under `/stages`, before they are told the settings. */
export interface StageModule {
  readonly module: string;
  /** Reads their settings. @throws {ConfigError} */
  readonly stages: (env: Env) => readonly StageGiven[];
}

/** The stages that pipelines' modules bring. A module that cannot be loaded brings none: whoever loads its pipelines says why. */
export async function broughtBy(modules: readonly string[]): Promise<readonly StageModule[]> {
  return Promise.all(modules.map(async (module) => ({ module, stages: await stagesOf(module) })));
}

async function stagesOf(module: string): Promise<StageModule['stages']> {
  // A file is no package, and has nothing under it.
  if (/^[./]|^file:/.test(module)) return () => [];
  const isLoaded = await import(module).then(
    () => true,
    () => false,
  );
  if (!isLoaded) return () => [];
  try {
    const { stages } = (await import(`${module}/stages`)) as { stages: StageModule['stages'] };
    return stages;
  } catch (error) {
    // It brings none: its stages are services of their own.
    if ((error as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return () => [];
    throw error;
  }
}
