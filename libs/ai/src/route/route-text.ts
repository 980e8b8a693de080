import { z } from 'zod';

/** The places that a route may lead through, in the words of settings. */
export const HOPS = ['model', 'cheaper', 'local', 'person'] as const;
export type HopName = (typeof HOPS)[number];

/** The condition under which a route goes on to a hop. Without any, every failure of a model leads to it. */
export interface HopCondition {
  /** The failure codes that lead to this hop; for another one it is passed over. */
  readonly on?: readonly string[];
  /** The step's attempt from which this hop is taken; before it, the step is tried again. A failure that trying again cannot cure does not wait. */
  readonly fromAttempt?: number;
}

export interface DeclaredHop extends HopCondition {
  readonly name: HopName;
  /** The time after which the model is asked a second time, where it has not answered. */
  readonly hedgeMs?: number;
}

const HOP = /^(model|cheaper|local|person)\s{0,5}(?:\(([^()]{1,500})\))?$/;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const EXPECTED =
  'expected hops in their order, e.g. model > cheaper (MODEL_BUSY, MODEL_TIMEOUT) > local (attempt 3) > person';

/**
 * A route as a setting has it: `model > cheaper (MODEL_BUSY, MODEL_TIMEOUT) > local (attempt 3) > person`. A model that is asked a second time where
 * it has not answered: `model (hedge 2000 ms)`.
 */
export const RouteText = z.string().transform((text, context) => {
  const hops = text.split('>').map((part) => hopIn(part.trim()));
  const names = hops.map((hop) => hop?.name);
  const isOrdered = names.every(
    (name, at) => at === 0 || HOPS.indexOf(name ?? 'model') > HOPS.indexOf(names[at - 1] ?? 'model'),
  );
  const isFirstFree = hops[0]?.on === undefined && hops[0]?.fromAttempt === undefined;
  if (hops.every((hop) => hop !== undefined) && isOrdered && isFirstFree && names[0] !== 'person') return hops;
  context.addIssue({ code: 'custom', message: EXPECTED });
  return z.NEVER;
});

function hopIn(text: string): DeclaredHop | undefined {
  const [, name, conditions] = HOP.exec(text) ?? [];
  if (name === undefined) return undefined;
  const words = (conditions ?? '').split(',').map((word) => word.trim());
  const attempts = words.flatMap((word) => /^attempt\s{1,5}(\d{1,4})$/.exec(word)?.[1] ?? []);
  const hedges = words.flatMap((word) => /^hedge\s{1,5}([1-9]\d{0,8})\s{0,5}ms$/.exec(word)?.[1] ?? []);
  const on = words.filter((word) => CODE.test(word));
  if (conditions !== undefined && attempts.length + hedges.length + on.length !== words.length) return undefined;
  if (hedges.length > 0 && name !== 'model' && name !== 'cheaper') return undefined;
  return {
    name: name as HopName,
    ...(on.length > 0 && { on }),
    ...(attempts[0] !== undefined && { fromAttempt: Number(attempts[0]) }),
    ...(hedges[0] !== undefined && { hedgeMs: Number(hedges[0]) }),
  };
}
