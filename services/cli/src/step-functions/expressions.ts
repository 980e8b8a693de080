import jsonata from 'jsonata';
import { type Doc, partOf, refTo } from './document.js';

/** Says what cannot be expressed in a pipeline, and what to do instead. */
export class CannotMap extends Error {
  override readonly name = 'CannotMap';
  constructor(
    readonly why: string,
    readonly instead: string,
  ) {
    super(why);
  }
}

/** The values that expressions can read. */
export interface ExpressionScope {
  readonly input: Doc;
  /** The result of the state's work, where there is one. */
  readonly result?: Doc | undefined;
  /** The error, for a catcher. */
  readonly error?: Doc | undefined;
  readonly variables: ReadonlyMap<string, Doc>;
  /** The item of a map. */
  readonly item?: Doc | undefined;
  readonly index?: Doc | undefined;
}

const RUN_INPUT = refTo('input');
const COMPUTE = 'let the stage that reads it, or one before it, compute it';

/** `$.order.items[0]`, `$['a b']`, as keys. Throws a CannotMap for filters, wildcards and functions. */
export function keysOf(path: string): string[] {
  const parts = [...path.slice(1).matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]/gy)];
  if (!path.startsWith('$') || parts.map(([part]) => part).join('') !== path.slice(1))
    throw new CannotMap(`\`${path}\` is more than a path of names and indexes`, COMPUTE);
  return parts.flatMap(([, name, index, quoted]) => name ?? index ?? quoted ?? []);
}

/** Returns the document that a JSONPath stands for. */
export function jsonPath(path: string, { input, variables, item, index }: ExpressionScope): Doc {
  if (item !== undefined && path.startsWith('$$.Map.Item.Value')) return partOf(item, keysOf(`$${path.slice(17)}`));
  if (index !== undefined && path === '$$.Map.Item.Index') return index;
  if (path.startsWith('$$.Execution.Input')) return partOf(RUN_INPUT, keysOf(`$${path.slice(18)}`));
  if (path.startsWith('$$'))
    throw new CannotMap(`\`${path}\` is of Step Functions' own context`, "give what is needed with the run's input");
  const [, name, rest] = /^\$([A-Za-z_]\w*)(.*)$/.exec(path) ?? [];
  if (name !== undefined) return partOf(variable(name, variables), keysOf(`$${rest}`));
  return partOf(input, keysOf(path));
}

function variable(name: string, variables: ReadonlyMap<string, Doc>): Doc {
  const found = variables.get(name);
  if (found === undefined)
    throw new CannotMap(
      `the variable "${name}" is not set on every way to here`,
      'pass the value on in the output of the step that sets it',
    );
  return found;
}

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly lhs?: unknown;
  readonly rhs?: unknown;
  readonly expressions?: readonly Node[];
  readonly predicate?: unknown;
  readonly stages?: unknown;
}

/** Returns the document that a JSONata expression stands for: paths, literals, objects and lists of these. */
export const jsonataValue = (text: string, scope: ExpressionScope): Doc => valueOf(astOf(text), scope, text);

export function astOf(text: string): Node {
  try {
    return jsonata(text).ast() as Node;
  } catch {
    throw new CannotMap(`\`${text}\` is no JSONata`, 'correct the expression');
  }
}

export function valueOf(node: Node, scope: ExpressionScope, text: string): Doc {
  if (['string', 'number', 'value'].includes(node.type)) return node.value as Doc;
  if (node.type === 'variable' && node.value !== 'states') return variable(String(node.value), scope.variables);
  if (node.type === 'path') return pathOf(node, scope, text);
  if (node.type === 'unary' && node.value === '[')
    return (node.expressions ?? []).map((one) => valueOf(one, scope, text));
  if (node.type === 'unary' && node.value === '{')
    return Object.fromEntries(
      (node.lhs as readonly [Node, Node][]).map(([key, value]) => [String(key.value), valueOf(value, scope, text)]),
    );
  throw new CannotMap(`\`${text}\` computes`, COMPUTE);
}

function pathOf({ steps = [] }: Node, scope: ExpressionScope, text: string): Doc {
  const [first, ...rest] = steps;
  if (
    steps.some((step) => step.predicate !== undefined || step.stages !== undefined) ||
    rest.some(({ type }) => type !== 'name')
  )
    throw new CannotMap(`\`${text}\` selects more than one value`, COMPUTE);
  const keys = rest.map(({ value }) => String(value));
  if (first?.type === 'variable' && first.value === 'states') {
    const [source, ...path] = keys;
    if (source === 'input') return partOf(scope.input, path);
    if (source === 'result' && scope.result !== undefined) return partOf(scope.result, path);
    if (source === 'errorOutput' && scope.error !== undefined) return partOf(scope.error, path);
    if (source === 'context' && path.join('.').startsWith('Map.Item.Value') && scope.item !== undefined)
      return partOf(scope.item, path.slice(3));
    if (source === 'context' && path.join('.') === 'Map.Item.Index' && scope.index !== undefined) return scope.index;
    if (source === 'context' && path.join('.').startsWith('Execution.Input')) return partOf(RUN_INPUT, path.slice(2));
    throw new CannotMap(`\`${text}\` is of Step Functions' own context`, "give what is needed with the run's input");
  }
  if (first?.type === 'variable') return partOf(variable(String(first.value), scope.variables), keys);
  throw new CannotMap(`\`${text}\` computes`, COMPUTE);
}

/** Returns a template: `"x.$": "$.path"` in JSONPath, `{% … %}` in JSONata. `failed` is told of what cannot be mapped, which is null then, and that it is at `at`. */
export function templateOf(
  value: unknown,
  scope: ExpressionScope,
  options: { jsonata: boolean; failed: (error: CannotMap, at: string) => void; at: string },
): Doc {
  const { at } = options;
  if (options.jsonata && typeof value === 'string') {
    const [, text] = /^\{%([^]*)%\}$/.exec(value.trim()) ?? [];
    return text === undefined ? value : attempt(() => jsonataValue(text.trim(), scope), at, options.failed);
  }
  if (Array.isArray(value)) return value.map((item, i) => templateOf(item, scope, { ...options, at: `${at}[${i}]` }));
  if (typeof value !== 'object' || value === null) return value as Doc;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]): [string, Doc] => {
      const place = at === '' ? key : `${at}.${key}`;
      if (options.jsonata || !key.endsWith('.$')) return [key, templateOf(part, scope, { ...options, at: place })];
      return [key.slice(0, -2), attempt(() => jsonPath(String(part), scope), place, options.failed)];
    }),
  );
}

export function attempt(work: () => Doc, at: string, failed: (error: CannotMap, at: string) => void): Doc {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CannotMap)) throw error;
    failed(error, at);
    return null;
  }
}
