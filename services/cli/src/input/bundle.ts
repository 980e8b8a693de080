import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { VersionDetail } from '@millrace/client';
import { CheckBody } from '@millrace/contracts/http';
import type { StageContract } from '@millrace/pipeline';
import { CliError, EXIT } from '../exit.js';
import type { PlaceOf } from '../refusal.js';
import type { Terminal } from '../output/terminal.js';

/** A compiled pipeline and what its stages take and give. */
export type Bundle = CheckBody;

/**
 * The pipelines in a module (a path, or the name of a package that is installed here), the pipeline in a YAML file, or the plan in a JSON file: a plan
 * alone, or `{ plan, contracts }`.
 * @throws {CliError} usage, saying what is wrong with it
 */
export async function bundlesIn(source: string, terminal: Pick<Terminal, 'cwd'>): Promise<readonly Bundle[]> {
  const path = resolve(terminal.cwd, source);
  const found = await stat(path).catch(() => undefined);
  const isFile = found?.isFile() ?? false;
  if (found && !isFile && !found.isDirectory())
    throw new CliError(EXIT.usage, `${source} is no file: give a module, a YAML or a JSON file.`);
  if (isFile && extname(path) === '.json') return [await fromJson(path, source)];
  if (isFile && YAML.includes(extname(path))) return [await fromYaml(path, source)];
  return fromModule(
    () => pathToFileURL(isFile ? path : createRequire(`${terminal.cwd}/`).resolve(source)).href,
    source,
  );
}

/** Says where a source has what a JSON pointer into a request names: `pipeline.yaml:12:5`. Undefined for a source that is no YAML file. */
export async function placesIn(source: string, terminal: Pick<Terminal, 'cwd'>): Promise<PlaceOf | undefined> {
  if (!YAML.includes(extname(source))) return undefined;
  const { positionsIn } = await import('@millrace/pipeline/yaml');
  const positionOf = positionsIn(await readFile(resolve(terminal.cwd, source), 'utf8'));
  return (pointer) => {
    if (!pointer.startsWith('/plan')) return undefined;
    const { line, column } = positionOf(pointer.slice('/plan'.length));
    return `${source}:${line}:${column}`;
  };
}

/** The only one, or the one that is named. */
export function oneOf(bundles: readonly Bundle[], source: string, name: string | undefined): Bundle {
  const found = name === undefined ? bundles : bundles.filter(({ plan }) => plan.pipeline === name);
  const [bundle, another] = found;
  const names = bundles.map(({ plan }) => plan.pipeline).join(', ');
  if (!bundle) throw new CliError(EXIT.usage, `${source} has no pipeline "${name}"; it has ${names}.`);
  if (another) throw new CliError(EXIT.usage, `${source} has several pipelines (${names}): name one with --pipeline.`);
  return bundle;
}

/** Returns a deployed version in the same form. */
export const bundleOf = ({ definition, contracts }: VersionDetail): Bundle =>
  CheckBody.parse({ plan: definition, contracts });

const YAML = ['.yaml', '.yml'];

async function fromYaml(path: string, source: string): Promise<Bundle> {
  try {
    // Loaded only here: most commands need none of it.
    const { readPipelineFile } = await import('@millrace/project/yaml-file');
    return CheckBody.parse({ plan: readPipelineFile(path, source) });
  } catch (cause) {
    throw new CliError(EXIT.usage, `${source} is no pipeline:\n${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
}

async function fromJson(path: string, source: string): Promise<Bundle> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CliError(EXIT.usage, `${source} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  const { data, error } = CheckBody.safeParse(isBundle(json) ? json : { plan: json });
  if (data) return data;
  throw new CliError(
    EXIT.usage,
    `${source} is no plan: /${error.issues[0]?.path.join('/')} ${error.issues[0]?.message}`,
  );
}

const isBundle = (json: unknown): boolean => typeof json === 'object' && json !== null && 'plan' in json;

interface Defined {
  readonly plan: Bundle['plan'];
  readonly contracts: ReadonlyMap<string, StageContract>;
}

async function fromModule(url: () => string, source: string): Promise<readonly Bundle[]> {
  const [{ PlanError }, { schemasOf }] = await Promise.all([
    import('@millrace/pipeline'),
    import('@millrace/pipeline/engine'),
  ]);
  try {
    const module = (await import(url())) as Record<string, unknown>;
    const defined = Object.values(module).filter(isDefined);
    if (defined.length === 0)
      throw new CliError(EXIT.usage, `${source} exports no pipeline: export what pipeline() gives.`);
    return defined.map(({ plan, contracts }) => ({
      plan,
      contracts: Object.fromEntries([...contracts].map(([stage, contract]) => [stage, schemasOf(contract)])),
    }));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    if (isMissing(cause, source))
      throw new CliError(EXIT.usage, `${source} cannot be loaded: there is no such file or module.`, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = cause instanceof PlanError ? 'cannot be compiled' : 'cannot be loaded';
    const place = cause instanceof Error ? placeIn(cause) : undefined;
    throw new CliError(EXIT.usage, `${source} ${what}: ${why}${place === undefined ? '' : `\n${place}`}`, { cause });
  }
}

/** Returns true when the source itself is missing, and not something that it imports. */
function isMissing(cause: unknown, source: string): boolean {
  const { code, message = '' } = (cause ?? {}) as { code?: string; message?: string };
  return (
    /^(?:ERR_)?MODULE_NOT_FOUND$/.test(code ?? '') &&
    message.split('\n', 1).some((line) => line.includes(`'${source}'`))
  );
}

/** The first line of the stack that is in a module of the person's. */
const placeIn = ({ stack = '' }: Error): string | undefined =>
  stack
    .split('\n')
    .find((line) => /^\s+at /.test(line) && !/node:|@millrace|[\\/](libs|services)[\\/]\w+[\\/](src|dist)/.test(line));

const isDefined = (value: unknown): value is Defined =>
  typeof value === 'object' && value !== null && 'loaded' in value && 'plan' in value && 'contracts' in value;
