import { type Doc, putInto, refTo } from './document.js';
import type { At, Edge } from './edges.js';
import { attempt, CannotMap, keysOf, templateOf } from './expressions.js';
import type { State } from './machine.js';

const ALL = 'States.ALL';
const TASKS = 'States.TaskFailed';
const OUT_OF_TIME = ['States.Timeout', 'States.HeartbeatTimeout'];
const TIMED_OUT = 'STAGE_TIMED_OUT';
const CODES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OUT_OF_TIME.map((error) => [error, TIMED_OUT])),
  'States.ExceedToleratedFailureThreshold': 'TOO_MANY_FAILED',
};

/** The code of the failure that stands for an error: `OutOfStock` is `OUT_OF_STOCK`. */
export function codeOf(error: string): string {
  const words = error.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').match(/[A-Za-z0-9]+/g) ?? ['FAILED'];
  const code = words.join('_').toUpperCase().slice(0, 64);
  return CODES[error] ?? (/^[A-Z]/.test(code) ? code : `E_${code}`.slice(0, 64));
}

/** The errors that a retrier or a catcher is for. */
interface Errors {
  readonly ErrorEquals: readonly string[];
}

/** All failures, all but those for want of time, or those of some codes. */
function scopeOf({ ErrorEquals: errors }: Errors): 'all' | 'all in time' | readonly string[] {
  if (errors.includes(ALL)) return 'all';
  if (errors.includes(TASKS)) return errors.some((error) => OUT_OF_TIME.includes(error)) ? 'all' : 'all in time';
  return [...new Set(errors.map(codeOf))];
}

interface Retrier extends Errors {
  readonly MaxAttempts?: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

const triesOf = ({ MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, ...more }: Retrier): object => ({
  maxAttempts: MaxAttempts + 1,
  initial: `${IntervalSeconds}s`,
  factor: BackoffRate,
  max: more.MaxDelaySeconds === undefined ? '1d' : `${more.MaxDelaySeconds}s`,
  jitter: more.JitterStrategy === 'FULL' ? 1 : 0,
});

/** The retriers of a state: the first that is for a failure counts, and each counts its own. Without one there is one attempt. */
export function retryOf(state: State): { readonly retry: object } {
  const cases: object[] = [];
  let rest: object | undefined;
  let isTimedOutOpen = true;
  for (const retrier of (state['Retry'] ?? []) as readonly Retrier[]) {
    const scope = scopeOf(retrier);
    const on = rest ? [TIMED_OUT].filter((code) => typeof scope === 'string' || scope.includes(code)) : scope;
    if (typeof on !== 'string' && on.length > 0) cases.push({ on, ...triesOf(retrier) });
    else if (typeof on === 'string') rest = triesOf(retrier);
    if (scope === 'all' || (typeof scope !== 'string' && scope.includes(TIMED_OUT))) isTimedOutOpen = false;
    if (scope === 'all') break;
  }
  const never = rest && isTimedOutOpen ? { never: [TIMED_OUT] } : {};
  return { retry: { ...(rest ?? { maxAttempts: 1 }), ...(cases.length > 0 && { cases }), ...never } };
}

interface Catcher extends Errors {
  readonly Next: string;
  readonly ResultPath?: string | null;
  readonly [field: string]: unknown;
}

const catchersOf = (state: State): readonly Catcher[] => (state['Catch'] ?? []) as readonly Catcher[];

/** The failure is what the step goes on with, in a field of its own, where a catcher is for it. */
export const CAUGHT = 'caught';

export function standInOf({ state, failed }: At): { readonly onFailure?: object } {
  const scopes = catchersOf(state).map(scopeOf);
  if (scopes.length === 0) return {};
  const codes = scopes.every((scope) => typeof scope !== 'string') ? { on: [...new Set(scopes.flat())] } : {};
  const isForAll = scopes.some((scope) => scope === 'all' || scope.includes(TIMED_OUT));
  if (scopes.includes('all in time') && !isForAll)
    failed(
      new CannotMap(`${TASKS} is not for what is out of time; here its catcher is for that, too`, 'make it States.ALL'),
      'Catch',
    );
  return { onFailure: { give: { [CAUGHT]: refTo('failure') }, ...codes } };
}

interface Way {
  readonly to: string;
  readonly edge: Edge;
}

/** The ways that lead on from a step that may fail: that of its result, and for each catcher that of what it is for. `after` is the step. */
export function waysFrom(at: At, made: string, after: Edge): { readonly on: Edge; readonly caught: readonly Way[] } {
  const catchers = catchersOf(at.state);
  if (catchers.length === 0) return { on: after, caught: [] };
  const where = (text: string): Edge => ({
    ...after,
    when: after.when === undefined ? text : `(${after.when}) && ${text}`,
  });
  const isCaught = `type(${made}) == map && has(${made}.${CAUGHT})`;
  const tests = catchers.map((catcher) => {
    const scope = scopeOf(catcher);
    return typeof scope === 'string' ? 'true' : `${made}.${CAUGHT}.code in ${JSON.stringify(scope)}`;
  });
  const caught = catchers.map((catcher, i): Way => {
    const before = tests.slice(0, i).map((test) => `!(${test})`);
    const own = [isCaught, ...before, ...tests.slice(i, i + 1).filter((test) => test !== 'true')];
    return { to: catcher.Next, edge: { ...where(own.join(' && ')), ...caughtBy(at, catcher, made) } };
  });
  return { on: where(`!(${isCaught})`), caught };
}

/** Returns the input of the state that a catcher leads to. */
function caughtBy(at: At, catcher: Catcher, made: string): Pick<Edge, 'doc' | 'variables'> {
  const { arrived, scope, isJsonata, failed } = at;
  const error: Doc = { Error: refTo(made, CAUGHT, 'code'), Cause: refTo(made, CAUGHT, 'message') };
  const options = { jsonata: isJsonata, failed };
  const there = isJsonata ? { ...scope, error } : { ...scope, input: error };
  const assigned = templateOf(catcher['Assign'] ?? {}, there, { ...options, at: 'Catch.Assign' }) as Record<
    string,
    Doc
  >;
  const variables = new Map([...arrived.variables, ...Object.entries(assigned)]);
  if (isJsonata) {
    const isSaid = catcher['Output'] !== undefined;
    return {
      variables,
      doc: isSaid ? templateOf(catcher['Output'], there, { ...options, at: 'Catch.Output' }) : error,
    };
  }
  const { ResultPath: into = '$' } = catcher;
  const put = (): Doc => putInto(arrived.doc, keysOf(into ?? '$'), error);
  return { variables, doc: into === null ? arrived.doc : attempt(put, 'Catch.ResultPath', failed) };
}
