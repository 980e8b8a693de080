import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('.', import.meta.url));
const isOurs = (file: string) => !/\.spec\.ts$/.test(file);

test('the client is made of what browsers have: it compiles without the types of Node.js', () => {
  const program = ts.createProgram([`${SRC}index.ts`], {
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
    ...{ lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'], types: [] },
    ...{ strict: true, noEmit: true, skipLibCheck: true },
  });
  const complaints = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  expect(complaints).toEqual([]);
});

test('the client needs no other package of Millrace', () => {
  const imports = globSync('**/*.ts', { cwd: SRC })
    .filter(isOurs)
    .flatMap((file) => [...readFileSync(SRC + file, 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name));
  expect(new Set(imports)).toEqual(new Set(['eventsource-parser', 'openapi-fetch']));
});
