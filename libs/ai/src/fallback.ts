import { ModelError } from './errors.js';

/** When the local model answers in the LLM's place: `permanent`, where asking the LLM again is no use; `always`, at its first failure; `never`. */
export const FALLBACKS = ['permanent', 'always', 'never'] as const;
export type Fallback = (typeof FALLBACKS)[number];

/**
 * The primary model with the local one behind it, under the port of both. Only failures of a model fall back: a fired signal
 * and a bug do not. Each answer's `model` says who gave it.
 */
export function withFallback<Port extends object>(primary: Port, local: Port, when: Fallback = 'permanent'): Port {
  return new Proxy(primary, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        try {
          return (await method.apply(target, args)) as unknown;
        } catch (thrown) {
          const gives =
            thrown instanceof ModelError && (when === 'always' || (when === 'permanent' && !thrown.retryable));
          if (!gives) throw thrown;
          return (Reflect.get(local, name) as (...again: unknown[]) => unknown).apply(local, args);
        }
      };
    },
  });
}
