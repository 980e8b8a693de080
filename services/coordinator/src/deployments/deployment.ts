import {
  type DeployRequested,
  type Failure,
  failure,
  type FailureCode,
  type PipelinePauseRequested,
  type PipelineResumeRequested,
  present,
  type RouteRequested,
} from '@millrace/contracts';
import { breaks, deployed, type LoadedPlan, promoted, rolledBack, withCanary } from '@millrace/pipeline/engine';
import type { Deployed, DeploymentChange, Version } from '@millrace/store';

/** A request for a deployment, from the topic or by a service that starts. */
export interface PlanRequest extends DeployRequested {
  /** A service that starts brings the plan that it was built with: one that is known already changes nothing. */
  readonly atStart?: true;
}

/** Returns the changes of a plan that is deployed. A contract that would break those who know it is refused, and with it the plan. Pure. */
export function deployment(request: PlanRequest, plan: LoadedPlan, now: Deployed): DeploymentChange {
  const { pipeline } = plan.plan;
  const broken = Object.entries(request.contracts).flatMap(([stage, schemas]) => {
    const known = now.contracts.get(stage);
    const found = known ? breaks(known, schemas) : [];
    return found.map(({ pointer, detail }) => ({ pointer: `/contracts/${stage}${pointer}`, detail }));
  });
  const [first] = broken;
  if (first) {
    const stages = [...new Set(broken.map(({ pointer }) => pointer.split('/')[2]))].join(', ');
    const message = `The contract of ${stages} would break those who know it: ${first.pointer} ${first.detail}.`;
    return refused(pipeline, failure('CONTRACT_BREAKS', message, { details: broken.slice(0, 20) }));
  }
  const contracts = new Map(
    Object.entries(request.contracts).filter(
      ([stage, schemas]) => JSON.stringify(now.contracts.get(stage)) !== JSON.stringify(schemas),
    ),
  );
  const known = now.versions.find((version) => version.plan === plan.hash);
  const version = known ?? versionOf(request, plan, now);
  const stays = known !== undefined && request.atStart;
  const route = stays ? now.route : deployed(now.route, plan.hash, request.share);
  const unchanged = known !== undefined && JSON.stringify(route) === JSON.stringify(now.route);
  return {
    outcome: { status: 'applied', pipeline, version: version.version, plan: plan.hash, unchanged },
    contracts,
    ...(!known && { version: { ...version, content: plan.plan } }),
    ...(!unchanged && { route }),
  };
}

/** Returns the changes of a request about existing versions. Pure. */
export function routing(request: RouteRequested, now: Deployed): DeploymentChange {
  const { pipeline, action, version, share } = request;
  const { route, versions } = now;
  if (!route) return refusal(pipeline, 'UNKNOWN_PIPELINE', `There is no pipeline "${pipeline}".`);
  const wanted = versions.find((one) => one.version === version);
  if (version !== undefined && !wanted)
    return refusal(pipeline, 'UNKNOWN_VERSION', `${pipeline} has no version ${version}.`);
  const next =
    action === 'promote'
      ? promoted(route)
      : action === 'rollback'
        ? rolledBack(route, wanted?.plan)
        : wanted && share !== undefined
          ? withCanary(route, wanted.plan, share)
          : undefined;
  if (!next)
    return action === 'promote'
      ? refusal(pipeline, 'NO_CANARY', `${pipeline} has no canary that could be promoted.`)
      : refusal(
          pipeline,
          'UNKNOWN_VERSION',
          `${pipeline} has no version to go to: name one, and for a canary its share.`,
        );
  const about = action === 'canary' && wanted ? wanted.plan : next.current;
  const { version: number } = present(
    versions.find(({ plan }) => plan === about),
    `version of the plan ${about}`,
  );
  const unchanged = JSON.stringify(next) === JSON.stringify(route);
  return {
    outcome: { status: 'applied', pipeline, version: number, plan: about, unchanged },
    ...(!unchanged && { route: next }),
  };
}

/** Returns the changes of pausing or resuming a pipeline. One that stands so already stays so. Pure. */
export function pausing(request: PipelinePauseRequested | PipelineResumeRequested, now: Deployed): DeploymentChange {
  const { type, pipeline, at, by, reason } = request;
  if (!now.route) return refusal(pipeline, 'UNKNOWN_PIPELINE', `There is no pipeline "${pipeline}".`);
  const pause = type === 'pipeline.pause-requested';
  const unchanged = pause === (now.paused !== undefined);
  const outcome = { status: 'applied', pipeline, unchanged } as const;
  return unchanged ? { outcome } : { outcome, pause: pause ? { at, by, reason } : null };
}

const versionOf = ({ at, by, reason }: DeployRequested, { hash }: LoadedPlan, { versions }: Deployed): Version => ({
  version: (versions.at(-1)?.version ?? 0) + 1,
  plan: hash,
  deployedAt: at,
  by,
  reason,
});

export const refusal = (pipeline: string, code: FailureCode, message: string): DeploymentChange =>
  refused(pipeline, failure(code, message));

const refused = (pipeline: string, why: Failure): DeploymentChange => ({
  outcome: { status: 'refused', pipeline, failure: why },
});
