// Holds packages as they are published against what Node.js, bundlers and TypeScript expect of them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Installed for this alone: one of them brings a TypeScript of its own. */
export const TOOLS = ['publint@0.3.25', '@arethetypeswrong/core@0.18.5'];
/** Our packages are ES modules: who requires them is told so by Node.js. */
const NOT_FOR = ['node10', 'node16-cjs'];

/** Returns a line for each thing that is wrong. `tools`: the folder that has `TOOLS` installed. */
export async function problemsOf({ tools, tarballs }) {
  const find = createRequire(join(tools, 'package.json'));
  const load = (name) => import(pathToFileURL(find.resolve(name)).href);
  const { publint } = await load('publint');
  const { checkPackage, createPackageFromTarballData } = await load('@arethetypeswrong/core');
  const found = [];
  for (const [name, file] of tarballs) {
    const { buffer, byteOffset, byteLength } = readFileSync(file);
    const tarball = buffer.slice(byteOffset, byteOffset + byteLength);
    const { messages } = await publint({ pack: { tarball }, strict: true });
    found.push(...messages.map(({ code, path }) => `${name}: ${code} at ${path.join('.')}`));
  }
  for (const [name, file] of tarballs) {
    const { types, problems = [] } = await checkPackage(createPackageFromTarballData(readFileSync(file)));
    if (types === false) continue;
    found.push(
      ...problems
        .filter(({ resolutionKind }) => !NOT_FOR.includes(resolutionKind))
        .map(({ kind, entrypoint = '' }) => `${name}: ${kind} ${entrypoint}`),
    );
  }
  return found;
}
