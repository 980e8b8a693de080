import type { CallOptions, InsteadOf } from '../llm/answer.js';
import { ModelError, ModelPersonNeeded } from '../llm/errors.js';
import type { HopCondition } from './route-text.js';

/** A place that a route leads through: a model under the port of all its hops, or a person. */
export interface RouteHop<Port> extends HopCondition {
  readonly name: string;
  /** Absent for a person: the call then fails with `MODEL_PERSON_NEEDED`. */
  readonly port?: Port;
}

/**
 * One model with others behind it, under the port of all of them: the first hop that answers counts. Failures of a model alone lead on;
 * a fired signal and a bug do not. The answer of any hop but the first has `insteadOf`, and the run hears of it.
 *
 * Where no hop answers, the failure is the first one that trying again may cure, or else the first.
 */
export function routed<Port extends object>(hops: readonly [RouteHop<Port>, ...RouteHop<Port>[]]): Port {
  const [first] = hops;
  return new Proxy((first.port ?? {}) as Port, {
    get(target, name) {
      if (typeof Reflect.get(target, name) !== 'function') return Reflect.get(target, name) as unknown;
      return (...args: unknown[]) => along(hops, name, args);
    },
  });
}

async function along<Port extends object>(hops: readonly RouteHop<Port>[], name: PropertyKey, args: unknown[]) {
  const options = (args.at(-1) ?? {}) as Partial<CallOptions>;
  const failures: HopFailure[] = [];
  for (const [index, hop] of hops.entries()) {
    const last = failures.at(-1);
    const going = last === undefined ? 'here' : decision(hop, last, options.attempt ?? 1);
    if (going === 'again') break;
    if (going === 'on') continue;
    if (hop.port === undefined) throw personNeeded(failures);
    try {
      const answer = await answerOf(hop.port, name, args);
      return index === 0 ? answer : degraded(answer as object, { hop: hop.name, failures, options });
    } catch (thrown) {
      if (!leadsOn(thrown)) throw thrown;
      failures.push(thrown);
    }
  }
  throw failures.find(({ retryable }) => retryable) ?? failures[0] ?? new TypeError('A route needs a hop.');
}

/** The failure of a hop that the next one may cure. */
type HopFailure = Pick<ModelError, 'code' | 'retryable' | 'message' | 'answer'>;

/** Failures of a call that was not made for its quota or its budget, for which another model may answer. */
const NOT_MADE = new Set<unknown>([
  'MODEL_BUDGET_CHEAPER',
  'MODEL_QUOTA_EXCEEDED',
  'MODEL_UNAVAILABLE',
  'MODEL_CALL_UNKNOWN',
]);

function leadsOn(thrown: unknown): thrown is HopFailure {
  if (thrown instanceof ModelError) return true;
  const { code, retryable } = (thrown ?? {}) as { code?: unknown; retryable?: unknown };
  return typeof retryable === 'boolean' && NOT_MADE.has(code);
}

const answerOf = async (port: object, name: PropertyKey, args: unknown[]): Promise<unknown> =>
  (Reflect.get(port, name) as (...given: unknown[]) => unknown).apply(port, args);

/** `again`: the step is tried again before the route leads any further. */
function decision({ on, fromAttempt }: HopCondition, { code, retryable }: HopFailure, attempt: number) {
  if (on !== undefined && !on.includes(code)) return 'on';
  return fromAttempt !== undefined && retryable && attempt < fromAttempt ? 'again' : 'here';
}

interface Taken {
  readonly hop: string;
  readonly failures: readonly HopFailure[];
  readonly options: Partial<CallOptions>;
}

function degraded(answer: object, { hop, failures, options }: Taken): object {
  const insteadOf: InsteadOf = {
    code: failures[0]?.code ?? 'MODEL_UNAVAILABLE',
    message: `${reasons(failures)} The hop “${hop}” of its route answered in its place.`,
  };
  const raw = rawAnswerIn(failures);
  options.degraded?.(raw === undefined ? insteadOf : { ...insteadOf, answer: raw });
  return { ...answer, insteadOf };
}

function personNeeded(failures: readonly HopFailure[]): ModelPersonNeeded {
  const answer = rawAnswerIn(failures);
  return new ModelPersonNeeded(`No model answered, and the route ends with a person. ${reasons(failures)}`, {
    cause: failures[0],
    ...(answer !== undefined && { answer }),
  });
}

const rawAnswerIn = (failures: readonly HopFailure[]): string | undefined =>
  failures.find(({ answer }) => answer !== undefined)?.answer;

const reasons = (failures: readonly HopFailure[]): string => failures.map(({ message }) => message).join(' ');
