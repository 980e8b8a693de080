import { createHash } from 'node:crypto';

/** The plans that new runs of a pipeline get, by hash. */
export interface Route {
  readonly current: string;
  /** The version that was current before: a rollback goes back to it. */
  readonly before: string | undefined;
  /** Gets a share of new runs. */
  readonly canary: { readonly plan: string; readonly share: number } | undefined;
}

/** The plan that a new run gets. It follows from the run's id, so that everybody who asks knows it; a larger share keeps the runs of a smaller one. */
export function planFor({ current, canary }: Route, run: string): string {
  return canary !== undefined && placeOf(run) < canary.share ? canary.plan : current;
}

/** Maps a run to a number between 0 and 1, evenly. */
function placeOf(run: string): number {
  return createHash('sha256').update(`canary/${run}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Returns the route with `plan` as the current one. */
const onto = ({ current, before }: Route, plan: string): Route =>
  plan === current ? { current, before, canary: undefined } : { current: plan, before: current, canary: undefined };

/** After a deployment: the plan is current, or (with a share) the canary. The first of its pipeline is current at once. */
export function deployed(route: Route | undefined, plan: string, share: number | undefined): Route {
  if (!route) return { current: plan, before: undefined, canary: undefined };
  return share === undefined || plan === route.current ? onto(route, plan) : withCanary(route, plan, share);
}

export const withCanary = (route: Route, plan: string, share: number): Route => ({ ...route, canary: { plan, share } });

/** The canary is current; undefined where there is none. */
export const promoted = (route: Route): Route | undefined => route.canary && onto(route, route.canary.plan);

/** Back to `plan`; without it, the canary goes, or where there is none the plan before is current again. Undefined where there is nothing to go back to. */
export function rolledBack(route: Route, plan?: string): Route | undefined {
  if (plan === undefined && route.canary) return { ...route, canary: undefined };
  const to = plan ?? route.before;
  return to === undefined ? undefined : onto(route, to);
}
