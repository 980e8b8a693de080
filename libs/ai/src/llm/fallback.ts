import type { CallOptions } from './answer.js';
import { ModelError } from './errors.js';

/**
 * When the local model answers in the LLM's place: `permanent`, where asking the LLM again is no use; `retried`, then and at the
 * step's third attempt, the last one unless its pipeline says otherwise; `always`, at its first failure; `never`.
 */
export const FALLBACKS = ['retried', 'permanent', 'always', 'never'] as const;
export type ModelFallback = (typeof FALLBACKS)[number];

const LAST_ATTEMPT = 3;

/**
 * The primary model with the local one behind it, under the port of both. Only failures of a model fall back: a fired signal
 * and a bug do not. Each answer's `model` says who gave it, and `insteadOf` for which failure the local model did.
 */
export function withFallback<Port extends object>(primary: Port, local: Port, when: ModelFallback = 'retried'): Port {
  return new Proxy(primary, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        try {
          return (await method.apply(target, args)) as unknown;
        } catch (thrown) {
          const { attempt = 1 } = (args.at(-1) ?? {}) as Partial<CallOptions>;
          if (!(thrown instanceof ModelError) || !gives(thrown, attempt, when)) throw thrown;
          const answer = await (Reflect.get(local, name) as (...again: unknown[]) => unknown).apply(local, args);
          return { ...(answer as object), insteadOf: { code: thrown.code, message: thrown.message } };
        }
      };
    },
  });
}

function gives({ retryable }: ModelError, attempt: number, when: ModelFallback): boolean {
  switch (when) {
    case 'retried':
      return !retryable || attempt >= LAST_ATTEMPT;
    case 'permanent':
      return !retryable;
    case 'always':
      return true;
    case 'never':
      return false;
  }
}
