import { type ASTNode, Environment } from '@marcbachmann/cel-js';

/** A path that a condition reads: a name, then keys and indexes. */
export type ConditionPath = readonly [string, ...(string | number)[]];

const environment = new Environment({ homogeneousAggregateLiterals: false, unlistedVariablesAreDyn: true });

/**
 * Returns the paths that a condition reads wherever it is evaluated. A path that the condition itself asks for first
 * (`has(a.b)`, `"b" in a`) is left out, and so are the names that `exists`, `filter` and the like bind.
 */
export function pathsIn(condition: string): readonly ConditionPath[] {
  const found: ConditionPath[] = [];
  const guarded: ConditionPath[] = [];
  const bound = new Set<string>();
  const waiting: ASTNode[] = [environment.parse(condition).ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const path = pathOf(node);
    if (path) found.push(path);
    else {
      guarded.push(...guardsOf(node));
      for (const name of boundBy(node)) bound.add(name);
      waiting.push(...operandsOf(node));
    }
  }
  const isGuarded = (path: ConditionPath): boolean => guarded.some((guard) => beginsWith(path, guard));
  return found.filter((path) => !bound.has(path[0]) && !isGuarded(path));
}

/**
 * Returns all paths that an expression reads, also those that it only tests for. A path ends where a part of it is calculated, or where the expression reads the value as a whole. The names
 * that `exists`, `filter` and the like bind are among them.
 */
export function pathsReadBy(ast: ASTNode): readonly ConditionPath[] {
  const found: ConditionPath[] = [];
  const waiting: ASTNode[] = [ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const path = pathOf(node);
    if (path) found.push(path);
    else waiting.push(...operandsOf(node));
  }
  return found;
}

const beginsWith = (path: ConditionPath, start: ConditionPath): boolean => start.every((part, i) => path[i] === part);

/** Undefined where the node is no path, or has a part that is calculated. */
function pathOf(node: ASTNode): ConditionPath | undefined {
  const parts: (string | number)[] = [];
  let at = node;
  for (;;) {
    if (at.op === 'id') return [at.args, ...parts.reverse()];
    if (at.op === '.') {
      parts.push(at.args[1]);
      at = at.args[0];
    } else if (at.op === '[]') {
      const [within, key] = at.args;
      const value: unknown = key.op === 'value' ? key.args : undefined;
      if (typeof value !== 'string' && typeof value !== 'bigint') return undefined;
      parts.push(typeof value === 'bigint' ? Number(value) : value);
      at = within;
    } else return undefined;
  }
}

/** Returns the paths that a node tests for without reading them. */
function guardsOf({ op, args }: ASTNode): readonly ConditionPath[] {
  if (op === 'in') {
    const [key, within] = args as [ASTNode, ASTNode];
    const path = pathOf(within);
    return path && key.op === 'value' && typeof key.args === 'string' ? [[...path, key.args]] : [];
  }
  if (op !== 'call') return [];
  const [name, given] = args as [unknown, unknown];
  const asked = name === 'has' && Array.isArray(given) ? pathOf(given[0] as ASTNode) : undefined;
  return asked ? [asked] : [];
}

/** A function with a name among its arguments may bind that name: `items.exists(item, item.price > 5.0)`. */
function boundBy({ op, args }: ASTNode): readonly string[] {
  const given = op === 'rcall' ? (args as [string, ASTNode, readonly ASTNode[]])[2] : [];
  return given.length > 1 ? given.flatMap((one) => (one.op === 'id' ? [one.args] : [])) : [];
}

function operandsOf(node: ASTNode): readonly ASTNode[] {
  const waiting: unknown[] = [node.args];
  const found: ASTNode[] = [];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (Array.isArray(one)) waiting.push(...(one as unknown[]));
    else if (typeof one === 'object' && one !== null && 'op' in one) found.push(one as ASTNode);
  }
  return found;
}
