// Makes JavaScript of the services' and pipelines' sources where it is missing or older, for `npm start`: by the compiler
// that the tests use, which takes each file by itself and checks no types. `npm run build` and `npm run verify` check them.
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['libs/*', 'services/*', 'services/stages/*', 'pipelines/*'].map((folder) => `${folder}/src/**/*.ts`);
/** The console runs in browsers, and is bundled: scripts/console.mjs. */
const IS_BUNDLED = /^services.console./;
const IS_TEST = /\.(?:spec|integration|browser|test)\.ts$|\.d\.ts$/;

/** The compiler options of tsconfig.base.json, as swc names them. */
const OPTIONS = {
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  module: { type: 'es6' },
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
    target: 'es2024',
    keepClassNames: true,
  },
};

/**
 * Writes the JavaScript of each source that is newer than its own.
 *
 * @param {(files: number) => void} begins Called before the work, where there is any.
 * @throws {Error} where a source is not TypeScript, with the file and the line
 */
export function transpileChanged(begins, root = ROOT) {
  const modified = (file) => (existsSync(join(root, file)) ? statSync(join(root, file)).mtimeMs : -1);
  const outdated = globSync(SOURCES, { cwd: root })
    .filter((file) => !IS_TEST.test(file) && !IS_BUNDLED.test(file))
    .map((file) => ({ file, output: file.replace('/src/', '/dist/').replace(/ts$/, 'js') }))
    .filter(({ file, output }) => modified(output) < modified(file));
  if (outdated.length === 0) return;
  begins(outdated.length);
  const { transformSync } = createRequire(import.meta.url)('@swc/core');
  // With its notes, tsc would take what is written here for what it wrote itself.
  for (const project of new Set(outdated.map(({ file }) => file.slice(0, file.indexOf('/src/')))))
    rmSync(join(root, project, 'tsconfig.tsbuildinfo'), { force: true });
  for (const { file, output } of outdated) {
    const { code, map } = transformSync(readFileSync(join(root, file), 'utf8'), { ...OPTIONS, filename: file });
    mkdirSync(dirname(join(root, output)), { recursive: true });
    writeWhole(join(root, `${output}.map`), map);
    writeWhole(join(root, output), `${code}\n//# sourceMappingURL=${basename(output)}.map\n`);
  }
}

/** A process that is killed here leaves no half of a file that looks finished. */
function writeWhole(path, text) {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
