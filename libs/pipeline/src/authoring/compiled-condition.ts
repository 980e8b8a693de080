import { Environment, type ASTNode, EvaluationError } from '@marcbachmann/cel-js';
import { cut, type Failure, failure } from '@millrace/contracts';
import { metered, TOO_COSTLY } from '../schemas/cel-cost.js';
import type { Scope } from './mapping.js';
import { ContentUnreadable, ContentWanted, openedAt, readably } from '../plan/contents.js';
import { PlanError } from '../plan/plan-error.js';
import { pathsReadBy } from './condition-paths.js';

/** A CEL condition made ready: which steps (and `input`) it reads, and whether it holds for what is known. */
export interface CompiledCondition {
  readonly needs: ReadonlySet<string>;
  /** True or false, or the failure when it cannot be told. A step that was skipped is null to it. */
  readonly holds: (scope: Scope) => boolean | Failure;
}

/** The limits of one condition. */
const LIMITS = { maxAstNodes: 5_000, maxDepth: 100 };

/** Returns a compiler of conditions in which every name is a variable. Make one for a plan: making one is slow. */
export function conditionsOver(names: Iterable<string>): (text: string, step: string) => CompiledCondition {
  const variables = new Set(names);
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
  for (const name of variables) if (!name.startsWith('$')) environment.registerVariable(name, 'dyn');
  return (text, step) => compile(environment, variables, { text, step });
}

function compile(
  environment: Environment,
  variables: ReadonlySet<string>,
  { text, step }: { text: string; step: string },
): CompiledCondition {
  const evaluate = parsed(environment, text, step);
  const spending = counted(evaluate.ast, text, step);
  const reads = pathsReadBy(evaluate.ast).filter(([name]) => variables.has(name));
  const names = [...new Set(reads.map(([name]) => name))];
  const run = spending
    ? (values: Record<string, unknown>): unknown => spending(() => evaluate(values) as unknown)
    : evaluate;
  const holds = (scope: Scope): boolean | Failure => {
    const values: Record<string, unknown> = {};
    for (const name of names) values[name] = scope[name] ?? null;
    const read = readably(() => {
      for (const [name, ...path] of reads) values[name] = openedAt(values[name], path);
    });
    if ('failure' in read) return read.failure;
    try {
      const answer: unknown = run(values);
      return typeof answer === 'boolean' ? answer : failed(step, text, 'it gives neither true nor false');
    } catch (error) {
      if (error === TOO_COSTLY) return failed(step, text, TOO_COSTLY.message);
      const [cause] = causesOf(error).filter((one) => one instanceof ContentWanted || one instanceof ContentUnreadable);
      if (cause instanceof ContentUnreadable) return cause.failure;
      if (cause) throw cause;
      return failed(step, text, error instanceof EvaluationError ? error.code : 'it could not be evaluated');
    }
  };
  return { needs: new Set(names), holds };
}

/** Returns an error and its causes. */
function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  for (let one = error; one instanceof Error && found.length < 10; one = one.cause) found.push(one);
  return found;
}

/** Parsed and checked; whatever is wrong with it is a PlanError. */
function parsed(environment: Environment, text: string, step: string): ReturnType<Environment['parse']> {
  try {
    const evaluate = environment.parse(text);
    const { error, type } = evaluate.check();
    if (error) throw error;
    if (type === 'bool' || type === 'dyn') return evaluate;
    throw new PlanError('BAD_CONDITION', `its condition \`${text}\` is of type ${type}, not bool`, step);
  } catch (error) {
    if (error instanceof PlanError) throw error;
    throw new PlanError('BAD_CONDITION', `its condition \`${text}\` is not valid: ${reasonOf(error)}`, step);
  }
}

function counted(ast: ASTNode, text: string, step: string): ReturnType<typeof metered> {
  try {
    return metered(ast);
  } catch (error) {
    const why = `its condition \`${text}\` has a pattern that cannot be used (${(error as Error).message})`;
    throw new PlanError('BAD_PATTERN', why, step);
  }
}

/** Returns CEL's objection to an expression, in one line. */
export function reasonOf(error: unknown): string {
  const { summary, message } = error as { summary?: string; message: string };
  return summary ?? message.split('\n', 1)[0] ?? message;
}

/** Names the condition, not the values: CEL's own messages may quote those. */
const failed = (step: string, text: string, why: string): Failure =>
  failure('CONDITION_FAILED', `The condition of step "${step}" failed (${why}): ${cut(text, 500)}`);
