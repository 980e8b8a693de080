import { jsonFault } from '@millrace/contracts';
import { type Document, isAlias, isScalar, type Node, type Pair, type Scalar, visit, type YAMLMap } from 'yaml';

/** Something in a document that would silently become something else, and where in the text it begins. */
export interface LiteralProblem {
  readonly offset: number;
  readonly what: string;
}

/** The parser looks through all of them for each one that it puts in. */
const MOST_ALIASES = 1_000;

/**
 * Finds what YAML would read as something else than was written: numbers that are not written as JSON writes them (`1.10`, `01234`, `0o17`,
 * or more digits than a double holds), keys that become other texts or stand twice, aliases of nothing, of themselves or without number, tags.
 */
export function literalProblems(document: Document): readonly LiteralProblem[] {
  const problems: LiteralProblem[] = document.warnings.map(({ pos, message }) => ({
    offset: pos[0],
    what: message.replace(/\n[^]*$/, '').replace(/ at line \d+.*$/, ''),
  }));
  const found = (node: Node | undefined, what: string | undefined): void => {
    if (what !== undefined) problems.push({ offset: node?.range?.[0] ?? 0, what });
  };
  // Those of which an alias may stand: the last one of its name above it.
  const anchors = new Map<string, Node>();
  let aliases = 0;
  const passed = (node: Node & { anchor?: string }): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
  };
  visit(document, {
    Map: (_, node) => {
      passed(node);
      for (const key of repeatedKeys(node)) found(key, 'the key stands here a second time');
    },
    Seq: (_, node) => passed(node),
    Pair: (_, { key }: Pair) => found(key as Node, keyProblem(key)),
    Scalar: (key, node) => {
      passed(node);
      if (key !== 'key') found(node, valueProblem(node));
    },
    Alias: (_, node, path) => {
      found(node, aliasProblem(node.source, anchors.get(node.source), path));
      if (++aliases <= MOST_ALIASES) return undefined;
      found(node, `it has more than ${MOST_ALIASES} aliases: write out what they stand for`);
      return visit.BREAK;
    },
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

function aliasProblem(name: string, target: Node | undefined, path: readonly unknown[]): string | undefined {
  if (!target) return `there is no anchor &${name} before this alias`;
  return path.includes(target) ? `the alias *${name} stands within what it stands for` : undefined;
}

/** The keys of a map that stand in it already. The parser's own search compares each with all before it. */
function repeatedKeys({ items }: YAMLMap): readonly Node[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const isNew = !seen.has(key.value);
    seen.add(key.value);
    return isNew ? [] : [key as Node];
  });
}

const changed = (source: string, read: string): string =>
  `${source} would be read as ${read}: write it so, or in quotes where it is a text`;

const written = (value: number): string => (Object.is(value, -0) ? '-0' : JSON.stringify(value));
