import '@millrace/contracts/node-version';
import { readFileSync } from 'node:fs';
// As a whole: an older Node.js has no `registerHooks`, and is to be told so by a sentence.
import nodeModule from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'oxc-transform';

const TYPESCRIPT = /\.[mc]?ts$/;

let translates = false;

/**
 * Makes `import` understand TypeScript from now on, decorators and their metadata included: `./greet.js` means `./greet.ts`
 * where that is what there is, and errors name lines of the sources. Types are not checked: `tsc` does that.
 */
export function translateTypeScript(): void {
  if (translates) return;
  translates = true;
  process.setSourceMapsEnabled(true);
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      // What the translator's output imports comes with the translator, not with the project.
      if (specifier.startsWith('@oxc-project/runtime/'))
        return next(specifier, { ...context, parentURL: import.meta.url });
      try {
        return next(specifier, context);
      } catch (error) {
        const { code } = error as { code?: unknown };
        const isOwn = context.parentURL !== undefined && TYPESCRIPT.test(context.parentURL);
        if (code !== 'ERR_MODULE_NOT_FOUND' || !isOwn || !/^\.{1,2}\/.*\.[mc]?js$/.test(specifier)) throw error;
        return next(specifier.replace(/js$/, 'ts'), context);
      }
    },
    load(url, context, next) {
      if (!url.startsWith('file:') || !TYPESCRIPT.test(url) || url.includes('/node_modules/'))
        return next(url, context);
      return { format: 'module', source: translate(fileURLToPath(url)), shortCircuit: true };
    },
  });
}

/** @throws {SyntaxError} with the file, the line and the column */
function translate(file: string): string {
  const text = readFileSync(file, 'utf8');
  const { code, map, errors } = transformSync(file, text, {
    sourcemap: true,
    target: 'es2024',
    decorator: { legacy: true, emitDecoratorMetadata: true },
  });
  const [error] = errors;
  if (error)
    throw new SyntaxError(`${relative(process.cwd(), file)}${placeOf(error.labels[0]?.start, text)} ${error.message}`);
  const mapped = JSON.stringify({ ...map, sources: [file] });
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(mapped).toString('base64')}`;
}

/** Offsets of the translator count bytes of UTF-8. */
function placeOf(offset: number | undefined, text: string): string {
  if (offset === undefined) return '';
  const lines = Buffer.from(text).subarray(0, offset).toString().split('\n');
  return `:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}
