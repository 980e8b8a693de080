import type { Brought } from './deployments.js';

/**
 * All pipelines that the modules export.
 * @throws {Error} naming the module that cannot be loaded or exports none
 */
export async function loadPipelines(modules: readonly string[]): Promise<readonly Brought[]> {
  const pipelines: Brought[] = [];
  for (const name of modules) {
    const module = await import(name).then(
      (loaded: Record<string, unknown>) => loaded,
      (cause: unknown) => {
        throw new Error(`The module ${name} of PIPELINES could not be loaded: install it, or correct the name.`, {
          cause,
        });
      },
    );
    const found = Object.values(module).flatMap((value) => (isPipeline(value) ? [value] : []));
    if (found.length === 0)
      throw new Error(`The module ${name} of PIPELINES exports no pipeline: export what pipeline() gives.`);
    pipelines.push(...found);
  }
  return pipelines;
}

const isPipeline = (value: unknown): value is Brought =>
  typeof value === 'object' &&
  value !== null &&
  'loaded' in value &&
  'contracts' in value &&
  typeof value.loaded === 'object' &&
  value.loaded !== null &&
  'hash' in value.loaded;
