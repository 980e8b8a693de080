import {
  type DeploymentOutcome,
  type DeploymentRequest,
  derivedId,
  type LetterRequest,
  type RecoveryRequested,
} from '@millrace/contracts';
import type { ActRecord } from '@millrace/store';
import type { PlanRequest } from './deployment.js';

type Request = Exclude<DeploymentRequest, RecoveryRequested | LetterRequest> | PlanRequest;

/** Returns the act of a request about a pipeline, for the audit trail; undefined where a service that starts has changed nothing. Pure. */
export function deploymentActOf(request: Request, outcome: DeploymentOutcome): ActRecord | undefined {
  if ('atStart' in request && outcome.status === 'applied' && outcome.unchanged) return undefined;
  const { id, at, by, reason } = request;
  // A caller may have chosen the request's id.
  const act = { id: derivedId('act', 'deployment', id), at, by, reason };
  return { ...act, subject: outcome.pipeline, kind: kindOf(request), detail: detailOf(request, outcome) };
}

export const recoveryActOf = ({ id, at, by, reason, apply }: RecoveryRequested): ActRecord => ({
  ...{ id, at, by, reason, kind: 'store.recover', subject: 'store', detail: { apply } },
});

function kindOf(request: Request): string {
  switch (request.type) {
    case 'pipeline.deploy-requested':
      return 'pipeline.deploy';
    case 'pipeline.route-requested':
      return `pipeline.${request.action}`;
    case 'pipeline.pause-requested':
      return 'pipeline.pause';
    case 'pipeline.resume-requested':
      return 'pipeline.resume';
    case 'schedule.make-requested':
      return 'schedule.make';
    case 'schedule.remove-requested':
      return 'schedule.remove';
  }
}

function detailOf(request: Request, outcome: DeploymentOutcome): unknown {
  if (request.type === 'schedule.make-requested' || request.type === 'schedule.remove-requested')
    return { schedule: request.name };
  if (outcome.status === 'refused') return null;
  const { version, plan } = outcome;
  const share = 'share' in request && request.share !== undefined && { share: request.share };
  const which = { ...(version !== undefined && { version }), ...(plan !== undefined && { plan }), ...share };
  return Object.keys(which).length > 0 ? which : null;
}
