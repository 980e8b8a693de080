import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Plan } from '@millrace/pipeline/engine';
import { parsePipeline } from '@millrace/pipeline/yaml';

/** The plan of a pipeline in a YAML file; sub-pipelines that it names by path are read from beside it. `shown` is what it is called in errors. */
export function readPipelineFile(path: string, shown: string, around: readonly string[] = []): Plan {
  if (around.includes(path)) throw new Error(`${shown} is a sub-pipeline of itself`);
  const load = (other: string): Plan =>
    readPipelineFile(resolve(dirname(path), other), join(dirname(shown), other), [...around, path]);
  return parsePipeline(readFileSync(path, 'utf8'), { file: shown, load });
}
