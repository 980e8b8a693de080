import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ProjectError } from './project-error.js';

export { ProjectError };

/** `sources`: what is written, TypeScript included. `built`: what the compiler made of it. */
export type Build = 'sources' | 'built';

export interface FoundProject {
  /** All paths of the project are relative to this folder. */
  readonly folder: string;
  readonly file: string;
}

const SOURCES = ['millrace.config.ts', 'millrace.config.mts', 'millrace.config.cts'];
const PLAIN = ['millrace.config.js', 'millrace.config.mjs', 'millrace.config.cjs'];
const BUILT = PLAIN.map((name) => `dist/${name}`);

/**
 * Finds the project that a folder is in: the next folder upwards that has a `millrace.config.*`.
 * @returns undefined where there is none
 * @throws {ProjectError} for one in TypeScript that has to be built first
 */
export function findProject(from: string, build: Build): FoundProject | undefined {
  const candidates = build === 'sources' ? [...SOURCES, ...PLAIN] : [...BUILT, ...PLAIN];
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = candidates.find((name) => existsSync(join(folder, name)));
    if (found !== undefined) return { folder, file: join(folder, found) };
    const source = SOURCES.find((name) => existsSync(join(folder, name)));
    if (source !== undefined)
      throw new ProjectError(
        `${join(folder, source)} is not built: there is no ${join(folder, `dist/${PLAIN[0]}`)}. Run "npm run build" first.`,
      );
    if (dirname(folder) === folder) return undefined;
  }
}
