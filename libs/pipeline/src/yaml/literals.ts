import { jsonFault } from '@millrace/contracts';
import { type Alias, type Document, isAlias, isScalar, type Node, type Pair, type Scalar, visit } from 'yaml';

/** Something in a document that would silently become something else, and where in the text it begins. */
export interface LiteralProblem {
  readonly offset: number;
  readonly what: string;
}

/**
 * Finds what YAML would read as something else than was written: numbers that are not written as JSON writes them (`1.10`, `01234`, `0o17`,
 * or more digits than a double holds), keys that become other texts, aliases of nothing or of themselves, tags.
 */
export function literalProblems(document: Document): readonly LiteralProblem[] {
  const problems: LiteralProblem[] = document.warnings.map(({ pos, message }) => ({
    offset: pos[0],
    what: message.split('\n')[0]!.replace(/ at line \d+.*$/, ''),
  }));
  const found = (node: Node | undefined, what: string | undefined): void => {
    if (what !== undefined) problems.push({ offset: node?.range?.[0] ?? 0, what });
  };
  visit(document, {
    Pair: (_, { key }: Pair) => found(key as Node, keyProblem(key)),
    Scalar: (key, node) => (key === 'key' ? undefined : found(node, valueProblem(node))),
    Alias: (_, node, path) => found(node, aliasProblem(document, node, path)),
  });
  return problems;
}

/** The place of what JSON cannot say in what was read, e.g. a NUL; undefined where there is nothing of it. */
export function unsayable(value: unknown): { readonly at: readonly string[]; readonly what: string } | undefined {
  const fault = jsonFault(value);
  const at = fault?.pointer.split('/').slice(1) ?? [];
  return fault && { at: at.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')), what: fault.detail };
}

function valueProblem({ value, source = '' }: Scalar): string | undefined {
  if (typeof value === 'bigint') return changed(source, 'a number that no double holds');
  if (typeof value !== 'number' || source === written(value)) return undefined;
  return changed(source, Number.isFinite(value) ? `the number ${written(value)}` : 'no number of JSON');
}

function keyProblem(key: unknown): string | undefined {
  if (isAlias(key)) return undefined;
  if (!isScalar(key)) return 'a key has to be a text';
  const { value, source = '' } = key;
  if (typeof value === 'string' || source === String(value)) return undefined;
  return changed(source, `the key "${value === null ? '' : String(value)}"`);
}

function aliasProblem(document: Document, alias: Alias, path: readonly unknown[]): string | undefined {
  const target = alias.resolve(document);
  if (!target) return `there is no anchor &${alias.source} before this alias`;
  return path.includes(target) ? `the alias *${alias.source} stands within what it stands for` : undefined;
}

const changed = (source: string, read: string): string =>
  `${source} would be read as ${read}: write it so, or in quotes where it is a text`;

const written = (value: number): string => (Object.is(value, -0) ? '-0' : JSON.stringify(value));
