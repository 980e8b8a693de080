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
        throw new Error(`The module ${name} of PIPELINES could not be loaded: ${reasonOf(cause, name)}`, { cause });
      },
    );
    const found = Object.values(module).flatMap((value) => (isPipeline(value) ? [value] : []));
    if (found.length === 0)
      throw new Error(`The module ${name} of PIPELINES exports no pipeline: export what pipeline() gives.`);
    pipelines.push(...found);
  }
  return pipelines;
}

/** A module that is not there is told apart from one that throws: that is told with its place. */
function reasonOf(cause: unknown, name: string): string {
  if (!(cause instanceof Error)) return `it throws ${String(cause)}.`;
  const isMissing = 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND' && cause.message.includes(`'${name}'`);
  if (isMissing) return 'install it, or correct the name.';
  const place = cause.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return `it throws ${cause.name}: ${cause.message}${place === undefined ? '' : `\n${place}`}`;
}

const isPipeline = (value: unknown): value is Brought =>
  typeof value === 'object' &&
  value !== null &&
  'loaded' in value &&
  'contracts' in value &&
  typeof value.loaded === 'object' &&
  value.loaded !== null &&
  'hash' in value.loaded;
