import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { present } from '@millrace/contracts';
import ts from 'typescript';
import { ROOT } from './processes.js';

/** A block of TypeScript in a page. */
interface Example {
  readonly page: string;
  /** The line in the page on which the block begins. */
  readonly line: number;
  /** The file that the block is named after: other blocks of the page import it. */
  readonly name: string;
  readonly text: string;
}

const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', '{libs,services,examples,pipelines}/*/README.md'];

/** Pages whose fragments stand within a pipeline: the files that declare what surrounds them. */
const SURROUNDINGS = /^<!-- compiled within (\S+) -->$/m;

/** Returns the blocks of all pages that are to compile: those that are not marked as fragments. */
export function examples(): readonly Example[] {
  const pages = globSync(PAGES, { cwd: ROOT, exclude: (name) => name === 'node_modules' || name === '.vitepress' });
  return pages.sort().flatMap((page) => examplesIn(page.replaceAll('\\', '/')));
}

function examplesIn(page: string): readonly Example[] {
  const content = readFileSync(join(ROOT, page), 'utf8');
  const surroundings = SURROUNDINGS.exec(content)?.[1];
  return [...content.matchAll(/^```ts(?: (\S+))?\n([^]*?)^```$/gm)].flatMap(({ index, 1: name, 2: text = '' }, at) => {
    const found = { page, line: content.slice(0, index).split('\n').length + 1 };
    if (name === 'fragment') return [];
    if (name !== undefined && name !== 'file') return [{ ...found, name, text }];
    const unnamed = `example-${at}.ts`;
    if (surroundings === undefined || name === 'file') return [{ ...found, name: unnamed, text }];
    return [{ ...found, name: unnamed, text: surrounded(surroundings, text) }];
  });
}

function surrounded(file: string, text: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replace('/* example */', text);
}

/** Compiles the examples, those of a page beside each other, and returns what the compiler says against them. */
export function complaints(all: readonly Example[]): readonly string[] {
  const files = new Map(all.map((example) => [fileOf(example), example]));
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const texts = new Map([...templateFor(all), ...[...files].map(([file, { text }]) => [file, text] as const)]);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { fileExists, readFile, directoryExists } = host;
  const folders = new Set([...texts.keys()].flatMap((file) => [dirname(file), dirname(dirname(file))]));
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.directoryExists = (folder) => folders.has(folder) || (directoryExists?.(folder) ?? false);
  host.getSourceFile = (file, version) => {
    const text = host.readFile(file);
    return text === undefined ? undefined : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...files.keys()], { ...options, composite: false, noEmit: true }, host);
  return [...files].flatMap(([file, { page, line }]) => {
    const source = present(program.getSourceFile(file), `example ${file}`);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

/** Returns the sources of a new project, beside the examples of each page: examples of projects import them. */
function templateFor(all: readonly Example[]): readonly (readonly [string, string])[] {
  const template = join(ROOT, 'services/create-millrace/template');
  const sources = globSync('src/*.ts', { cwd: template });
  return [...new Set(all.map(({ page }) => page))].flatMap((page) =>
    sources.map((name) => [fileOf({ page, name }), readFileSync(join(template, name), 'utf8')] as const),
  );
}

/** Places the examples of a page in a folder of their own, from which packages are found. */
const fileOf = ({ page, name }: Pick<Example, 'page' | 'name'>): string =>
  join(ROOT, 'e2e/.examples', page.replaceAll(/[/.]/g, '-'), name);
