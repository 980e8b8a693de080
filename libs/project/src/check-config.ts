import { isStage } from './is-stage.js';
import type { ProjectConfig } from './define-config.js';
import { isPipeline } from './is-pipeline.js';
import { ProjectError } from './project-error.js';

const KEYS = ['pipelines', 'stages', 'samples'];
const STAGE_KEYS = ['stage', 'config', 'providers', 'imports'];
const EXAMPLE = 'export default defineConfig({ pipelines: [hello], stages: [greeting] })';

/**
 * Holds what a config exports by default to what a project is.
 * @throws {ProjectError} naming the file, the entry and what belongs there
 */
export function checkedConfig(exported: unknown, file: string): ProjectConfig {
  const config = unwrapped(exported);
  const refuse = (why: string): never => {
    throw new ProjectError(`${file}${why}`);
  };
  if (!isObject(config) || !Array.isArray(config['pipelines']) || !Array.isArray(config['stages'] ?? []))
    return refuse(
      ` has no default export with lists of pipelines and stages: ${EXAMPLE}. It exports ${described(config)}.`,
    );
  const { pipelines, stages = [], samples = {} } = config as { [key: string]: unknown } & Lists;
  const key = Object.keys(config).find((name) => !KEYS.includes(name));
  if (key !== undefined) refuse(` has the key "${key}", which no project has: ${KEYS.join(', ')}.`);
  for (const [at, entry] of pipelines.entries())
    if (typeof entry !== 'string' && !isPipeline(entry))
      refuse(
        `: pipelines[${at}] is ${described(entry)}; expected what pipeline() gives, or the name of a module or YAML file.`,
      );
  for (const [at, entry] of stages.entries()) {
    const why = wrongStage(entry);
    if (why !== undefined) refuse(`: stages[${at}] ${why}`);
  }
  if (!isObject(samples) || Array.isArray(samples) || Object.values(samples).some((path) => typeof path !== 'string'))
    refuse(`: samples is ${described(samples)}; expected paths by pipeline, e.g. { hello: 'samples/hello.json' }.`);
  return config as unknown as ProjectConfig;
}

interface Lists {
  readonly pipelines: readonly unknown[];
  readonly stages?: readonly unknown[];
}

/** A compiler to CommonJS puts what a module exports by default one level deeper. */
function unwrapped(exported: unknown): unknown {
  return isObject(exported) && exported['__esModule'] === true ? exported['default'] : exported;
}

function wrongStage(entry: unknown): string | undefined {
  if (typeof entry === 'string' || isStage(entry)) return undefined;
  if (!isObject(entry) || !('stage' in entry))
    return `is ${described(entry)}; expected a class with @Stage, what stage() gives, { stage, providers }, or the name of a module.`;
  const { stage, config, providers } = entry;
  const key = Object.keys(entry).find((name) => !STAGE_KEYS.includes(name));
  if (key !== undefined) return `has the key "${key}", which no stage has: ${STAGE_KEYS.join(', ')}.`;
  if (!isStage(stage))
    return `has as its stage ${described(stage)}; expected a class with @Stage, or what stage() gives.`;
  if (config === undefined)
    return providers === undefined || Array.isArray(providers)
      ? undefined
      : `has as its providers ${described(providers)}; without a config they are a list.`;
  if (!isObject(config) || typeof config['safeParse'] !== 'function')
    return `has as its config ${described(config)}; expected a zod schema whose keys are settings.`;
  return typeof providers === 'function'
    ? undefined
    : `has as its providers ${described(providers)}; beside a config they are a function of the settings.`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Says in words what was given in place of what was expected; values are not repeated. */
function described(value: unknown): string {
  if (value === undefined) return 'undefined (is it exported under that name, or imported in a circle?)';
  if (value === null) return 'null';
  if (isPipeline(value)) return `the pipeline ${value.loaded.plan.pipeline}`;
  if (isStage(value)) return 'a stage';
  if (value instanceof Promise) return 'a promise: await it';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value))
      ? `the class ${value.name} without @Stage`
      : 'a function';
  if (!isObject(value)) return `a ${typeof value}`;
  const { name, input, output } = value;
  if (typeof name === 'string' && input !== undefined && output !== undefined)
    return `the contract of ${name}, not its stage`;
  return 'an object of another kind';
}
