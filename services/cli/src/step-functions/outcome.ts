import { type Doc, partOf, putInto } from './document.js';
import type { At, Edge } from './edges.js';
import { attempt, jsonPath, keysOf, type ExpressionScope, templateOf } from './expressions.js';

interface Result {
  /** The result of the state's work, where there is one. */
  readonly result: Doc | undefined;
  readonly variables: Edge['variables'];
  /** It is what the state gives, too. */
  readonly isWhole: boolean;
}

/** InputPath: what a state is given of what there is. */
export function inputOf({ InputPath: path }: At['state'], scope: ExpressionScope, failed: At['failed']): Doc {
  if (path === undefined) return scope.input;
  return path === null ? {} : attempt(() => jsonPath(String(path), scope), 'InputPath', failed);
}

/** ResultSelector, ResultPath and OutputPath, or Output; and Assign: what comes next is given that. */
export function outcomeOf(at: At, { result, variables, isWhole }: Result): Pick<Edge, 'doc' | 'variables'> {
  const { state, scope, isJsonata, failed } = at;
  const options = { jsonata: isJsonata, failed };
  const assigned = templateOf(
    state['Assign'] ?? {},
    isJsonata ? { ...scope, result } : { ...scope, input: result ?? scope.input },
    { ...options, at: 'Assign' },
  );
  const all = new Map([...variables, ...Object.entries(assigned as Record<string, Doc>)]);
  if (!isJsonata) return { doc: outputOf(at, result), variables: all };
  const isSaid = state['Output'] !== undefined && !isWhole;
  return {
    doc: isSaid
      ? templateOf(state['Output'], { ...scope, result }, { ...options, at: 'Output' })
      : (result ?? scope.input),
    variables: all,
  };
}

function outputOf({ state, scope, arrived, failed }: At, result: Doc | undefined): Doc {
  const { ResultSelector: selector, ResultPath: into, OutputPath: path } = state as Record<string, unknown>;
  const selected =
    selector === undefined
      ? result
      : templateOf(selector, { ...scope, input: result ?? null }, { jsonata: false, failed, at: 'ResultSelector' });
  const put = (value: Doc): Doc => (into === undefined ? value : putInto(arrived.doc, keysOf(String(into)), value));
  const whole =
    selected === undefined || into === null ? scope.input : attempt(() => put(selected), 'ResultPath', failed);
  if (path === undefined) return whole;
  return path === null ? {} : attempt(() => partOf(whole, keysOf(String(path))), 'OutputPath', failed);
}
