import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Build } from './find-project.js';
import { ProjectError } from './project-error.js';

/** The folder from which names of modules are resolved. */
export interface Base {
  readonly folder: string;
  readonly build: Build;
}

export type Exports = Readonly<Record<string, unknown>>;

/**
 * Loads a module that a project names: a path relative to the project's folder, a URL of a file, or a package.
 * @throws {ProjectError} naming the module, what it throws, and where
 */
export async function loadModule(name: string, base: Base): Promise<Exports> {
  const target = locate(name, base);
  try {
    return pathOf(name, base) === undefined ? await importPackage(target) : await importModule(target);
  } catch (cause) {
    throw new ProjectError(`${shown(name, target)} could not be loaded: ${reasonOf(cause, { name, target })}`, {
      cause,
    });
  }
}

/** Imports a file's URL. TypeScript is translated on the way. */
export async function importModule(target: string): Promise<Exports> {
  if (isTypeScript(target)) (await import('./typescript.js')).translateTypeScript();
  return (await import(target)) as Exports;
}

const importPackage = async (target: string): Promise<Exports> => (await import(target)) as Exports;

export const isTypeScript = (target: string): boolean => /\.[mc]?ts$/.test(target);

/** Returns the path of a file that a project names; undefined for the name of a package. */
export function pathOf(name: string, { folder, build }: Base): string | undefined {
  if (name.startsWith('file:')) return fileURLToPath(name);
  const path = resolve(folder, name);
  const isPath = /^\.{0,2}[/\\]/.test(name) || (extname(name) !== '' && existsSync(path));
  if (!isPath) return undefined;
  if (build === 'sources' || !isTypeScript(path)) return path;
  return join(folder, 'dist', relative(folder, path)).replace(/ts$/, 'js');
}

/** Returns whether a package has an entry. */
export function isThere(name: string, { folder }: Base): boolean {
  try {
    createRequire(join(folder, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function locate(name: string, base: Base): string {
  const path = pathOf(name, base);
  if (path !== undefined) return pathToFileURL(path).href;
  try {
    return pathToFileURL(createRequire(join(base.folder, 'package.json')).resolve(name)).href;
  } catch {
    // A package for `import` alone: it is looked for from here, which is inside the project's node_modules.
    return name;
  }
}

const shown = (name: string, target: string): string =>
  target.startsWith('file:') && name.startsWith('file:') ? fileURLToPath(target) : name;

/** Tells a module that is not there apart from one that throws, which is told with its place. */
function reasonOf(cause: unknown, { name, target }: { name: string; target: string }): string {
  if (!(cause instanceof Error)) return `it throws ${String(cause)}.`;
  const missing = target.startsWith('file:') ? fileURLToPath(target) : name;
  if (/MODULE_NOT_FOUND$/.test(String((cause as { code?: unknown }).code)) && cause.message.includes(`'${missing}'`))
    return target === name ? 'install it, or correct the name.' : `there is no ${missing}.`;
  const lines = [`it throws ${cause.name}: ${cause.message}`, placeIn(cause), remedyOf(cause)];
  return lines.filter((line) => line !== undefined).join('\n');
}

const NO_EXTENSION = /^Cannot find module '(.*[\\/])([^\\/']+)' imported from/;

/** Says what to do about what those meet who come from CommonJS. */
function remedyOf({ name, message }: Error): string | undefined {
  const [, folder = '', file = ''] = NO_EXTENSION.exec(message) ?? [];
  if (file !== '' && extname(file) === '' && existsSync(join(folder, `${file}.ts`)))
    return `Imports of files name them with an extension: './${file}.js' finds ${file}.ts too.`;
  if (name === 'ReferenceError' && /^(?:module|exports|require|__\w+) is not defined in ES module scope/.test(message))
    return 'TypeScript is loaded as an ES module: use import, export, export default and import.meta.dirname.';
  return undefined;
}

/** Returns the first line of a stack that is in a module of the project's own. */
export const placeIn = ({ stack = '' }: Error): string | undefined =>
  stack
    .split('\n')
    .find(
      (line) => /^\s+at /.test(line) && !/node:|[\\/]node_modules[\\/]|[\\/]libs[\\/]\w+[\\/](src|dist)/.test(line),
    );
