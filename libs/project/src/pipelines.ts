import { extname } from 'node:path';
import type { StageContract } from '@millrace/pipeline';
import { loadPlan, type LoadedPlan } from '@millrace/pipeline/engine';
import type { ProjectConfig } from './define-config.js';
import { isPipeline } from './is-pipeline.js';
import { type Base, loadModule, pathOf } from './modules.js';
import { ProjectError } from './project-error.js';

/** A pipeline that a coordinator brings, and the contracts it was compiled with. */
export interface PipelineSource {
  readonly loaded: LoadedPlan;
  readonly contracts: ReadonlyMap<string, StageContract>;
}

/**
 * Loads all pipelines that a project names.
 * @throws {ProjectError} naming the module that cannot be loaded or exports none, and a pipeline that is named twice
 */
export async function loadPipelines(named: ProjectConfig['pipelines'], base: Base): Promise<readonly PipelineSource[]> {
  const found = await Promise.all(named.map((one) => fromEntry(one, base)));
  const hashes = new Map<string, string>();
  return found.flat().filter(({ loaded }) => {
    const { hash, plan } = loaded;
    const other = hashes.get(plan.pipeline);
    if (other !== undefined && other !== hash)
      throw new ProjectError(`The pipeline ${plan.pipeline} is there twice, and not the same: rename one of them.`);
    hashes.set(plan.pipeline, hash);
    return other === undefined;
  });
}

async function fromEntry(entry: ProjectConfig['pipelines'][number], base: Base): Promise<readonly PipelineSource[]> {
  return typeof entry === 'string' ? fromName(entry, base) : [entry];
}

async function fromName(name: string, base: Base): Promise<readonly PipelineSource[]> {
  if (/\.ya?ml$/.test(extname(name))) return [await fromYaml(name, base)];
  const exported = Object.values(await loadModule(name, base)).filter(isPipeline);
  if (exported.length > 0) return exported;
  throw new ProjectError(`${name} exports no pipeline: export what pipeline() gives.`);
}

async function fromYaml(name: string, base: Base): Promise<PipelineSource> {
  // Loaded only here: most projects have no YAML.
  const { readPipelineFile } = await import('./yaml-file.js');
  try {
    const plan = readPipelineFile(pathOf(name, base) ?? name, name);
    return { loaded: loadPlan(plan), contracts: new Map() };
  } catch (cause) {
    throw new ProjectError(`${name} is no pipeline:\n${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
