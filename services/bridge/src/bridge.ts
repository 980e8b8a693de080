import { resolve } from 'node:path';
import { readHttpStages } from '@millrace/project';
import { type Env, readAll, readSettings } from '@millrace/runtime';
import { contractOf, type HttpStage, type StageGiven } from '@millrace/stage';
import { stageFiles } from './config.js';

/** Returns all HTTP stages that the settings name, ready to be served in one process. @throws {ConfigError, ProjectError} */
export function bridgeStages(env: Env): readonly StageGiven[] {
  const stages = stageFiles(env).flatMap((file) => readHttpStages(resolve(file), file));
  return readAll(
    'bridge',
    stages.map((stage) => () => withSettings(stage, env)),
  );
}

function withSettings({ stage, config, providers }: HttpStage, env: Env): StageGiven {
  return { stage, providers: providers(readSettings(config, env, contractOf(stage).name)) };
}
