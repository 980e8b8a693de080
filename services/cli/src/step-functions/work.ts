import { type Doc, mappingOf, refTo } from './document.js';
import type { At } from './edges.js';
import { attempt, CannotMap, jsonPath, type ExpressionScope, templateOf } from './expressions.js';
import { StateMachine } from './machine.js';
import { camel } from './naming.js';
import { codeOf, retryOf } from './failing.js';
import { taskOf } from './tasks.js';

/** A step as docs/reference/yaml.md has it. */
export type Step = Readonly<Record<string, unknown>>;

/** A value as a pipeline can say it; null where it cannot, which is told of. */
export function said({ failed, fieldsOf }: Pick<At, 'failed' | 'fieldsOf'>, field: string, doc: Doc): Doc {
  const mapping = mappingOf(doc, fieldsOf);
  if (mapping !== undefined) return mapping;
  failed(
    new CannotMap(
      'it takes the whole of a value that is not known, with something put into it',
      'name the fields that it needs',
    ),
    field,
  );
  return null;
}

/** Returns the input of a state's work. */
export function givenTo({ state, scope, isJsonata, failed }: At): Doc {
  const field = isJsonata ? 'Arguments' : 'Parameters';
  return state[field] === undefined
    ? scope.input
    : templateOf(state[field], scope, { jsonata: isJsonata, failed, at: field });
}

export function taskStep(at: At): Step {
  const { name, state, failed } = at;
  const { input, stage, wrap } = taskOf(camel(name), state, { given: givenTo(at), failed });
  at.wrap = wrap;
  const seconds = state['TimeoutSeconds'];
  const timeout = typeof seconds === 'number' ? { timeout: `${seconds}s` } : {};
  return { stage, input: said(at, 'Parameters', input), ...retryOf(state), ...timeout };
}

/** The stage `fail` throws what it is given. */
export function failStep({ state, scope, isJsonata, failed }: At): Step {
  const said = (field: string): Doc => {
    const path = state[`${field}Path`];
    if (path !== undefined) return attempt(() => jsonPath(String(path), scope), `${field}Path`, failed);
    return templateOf(state[field] ?? null, scope, { jsonata: isJsonata, failed, at: field });
  };
  return failWith(said('Error') ?? 'States.Failed', said('Cause') ?? '');
}

export const failWith = (error: Doc, message: Doc = ''): Step => ({
  stage: 'fail',
  input: { code: typeof error === 'string' ? codeOf(error) : error, message },
  retry: 1,
});

/** A run of its own for what is tried again, or caught, as a whole. */
export function together(steps: Readonly<Record<string, Step>>, output: Doc, { retry }: { retry?: object }): Step {
  return { race: { all: { steps, output, ...(retry && { retry }) } } };
}

export function waitStep({ state, failed }: At): Step {
  const { Seconds } = state as { Seconds?: unknown };
  if (typeof Seconds === 'number' && Seconds > 0) return { sleep: `${Seconds}s` };
  const why = 'how long to wait is known only when it runs';
  failed(
    new CannotMap(why, 'write the time, or wait with a `signal` that has a timeout'),
    'Seconds' in state ? 'Seconds' : 'Timestamp',
  );
  return { sleep: '1s' };
}

type Around = Pick<ExpressionScope, 'item' | 'index'>;
type BodyOf = (
  machine: StateMachine,
  input: Doc,
  around: Around,
) => { steps: Readonly<Record<string, Step>>; output: Doc };

export function mapStep(at: At, bodyOf: BodyOf): Step {
  const { state, scope, failed, isJsonata } = at;
  const items =
    isJsonata && state['Items'] !== undefined
      ? templateOf(state['Items'], scope, { jsonata: true, failed, at: 'Items' })
      : attempt(() => jsonPath(String(state['ItemsPath'] ?? '$'), scope), 'ItemsPath', failed);
  const around: Around = { item: refTo('item'), index: refTo('itemIndex') };
  const selector = state['ItemSelector'] ?? state['Parameters'];
  const options = { jsonata: isJsonata, failed };
  const selected =
    selector === undefined
      ? refTo('item')
      : templateOf(selector, { ...scope, ...around }, { ...options, at: 'ItemSelector' });
  const { steps, output } = bodyOf(StateMachine.parse(state['ItemProcessor'] ?? state['Iterator']), selected, around);
  const {
    MaxConcurrency: most,
    ToleratedFailureCount: count,
    ToleratedFailurePercentage: percent,
  } = state as Record<string, unknown>;
  const tolerated = typeof percent === 'number' ? { toleratePercent: percent } : 'fail';
  return {
    map: said(at, 'ItemsPath', items),
    ...(typeof most === 'number' && most > 0 && { concurrency: most }),
    onItemFailure: typeof count === 'number' ? { tolerate: count } : tolerated,
    do: { steps, output },
  };
}
