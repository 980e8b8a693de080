import {
  type DeploymentOutcome,
  deploymentRecord,
  DeploymentRequest,
  type Failure,
  type LetterRequest,
  randomId,
  type RecoveryRequested,
} from '@millrace/contracts';
import {
  type ActBody,
  type CheckBody,
  type CheckView,
  type DeployBody,
  type DeploymentView,
  type DifferenceView,
  type ProblemCode,
  PROBLEMS,
  type RouteBody,
  type VersionDetail,
  type VersionView,
} from '@millrace/contracts/http';
import { checkPlan, differences, type Route, stagesOf } from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';
import type { Deployed, StoreReader, Version } from '@millrace/store';
import { type StoredPlans, unknownPipeline } from './plans.js';
import { RequestProblem } from '../http/problems.js';
import { recordOf } from '../http/validation.js';
import { check } from './check.js';
import { checkStages, refuseUnserved, shownOf } from '../stages/stage-check.js';
import { timeOf } from '../runs/shown.js';
import { untilApplied } from '../http/until-applied.js';

type Needs = Parameters<typeof checkStages>[0] & {
  readonly runtime: Runtime;
  readonly reader: Pick<StoreReader, 'deployed' | 'run'>;
  readonly plans: StoredPlans;
};

/** The versions of pipelines: what there is, and what people ask to change. */
export class Versions {
  constructor(private readonly needs: Needs) {}

  /** @throws {RequestProblem | PlanError} why the plan or its contracts are refused */
  async deploy(name: string, body: DeployBody, id: string = randomId('dep')): Promise<DeploymentView> {
    if (body.plan.pipeline !== name) {
      const errors = [{ pointer: '/plan/pipeline', detail: `is "${body.plan.pipeline}", not "${name}"` }];
      throw new RequestProblem('INVALID_REQUEST', `The plan is one of another pipeline.`, { errors });
    }
    const { allowUnserved = false, ...asked } = body;
    const loaded = checkPlan(asked, { maxSteps: this.needs.runtime.settings.maxPlanSteps });
    const going = await checkStages(this.needs, loaded, asked.contracts);
    if (!allowUnserved) refuseUnserved(going, loaded.plan);
    const view = await this.request({ type: 'pipeline.deploy-requested', id, at: Date.now(), ...asked });
    return { ...view, ...shownOf(going) };
  }

  /** @throws {RequestProblem | PlanError} why the plan is refused */
  check(body: CheckBody): Promise<CheckView> {
    return check({ ...this.needs, maxPlanSteps: this.needs.runtime.settings.maxPlanSteps }, body);
  }

  /** @throws {RequestProblem} UNKNOWN_PIPELINE, UNKNOWN_VERSION, NO_CANARY */
  route(name: string, body: RouteBody): Promise<DeploymentView> {
    return this.request({
      type: 'pipeline.route-requested',
      id: randomId('dep'),
      at: Date.now(),
      pipeline: name,
      ...body,
    });
  }

  /** @throws {RequestProblem} UNKNOWN_PIPELINE */
  pause(name: string, type: 'pipeline.pause-requested' | 'pipeline.resume-requested', act: ActBody) {
    return this.request({ type, id: randomId('dep'), at: Date.now(), pipeline: name, ...act });
  }

  /** @throws {RequestProblem} UNKNOWN_DEPLOYMENT, or why it was refused */
  async outcome(id: string): Promise<DeploymentView> {
    const outcome = await this.needs.reader.deployed.outcome(id);
    if (!outcome) throw new RequestProblem('UNKNOWN_DEPLOYMENT', `There is no deployment ${id.slice(0, 200)}.`);
    return viewOf(id, outcome);
  }

  async list(name: string): Promise<readonly VersionView[]> {
    const { route, versions } = await this.deployed(name);
    const live = new Map((await this.needs.reader.deployed.livePlans(name)).map(({ plan, runs }) => [plan, runs]));
    return versions
      .map((version) => versionView(name, version, { route, liveRuns: live.get(version.plan) ?? 0 }))
      .reverse();
  }

  /** A version by its number or its plan. @throws {RequestProblem} UNKNOWN_PIPELINE, UNKNOWN_VERSION */
  async get(name: string, which: string | number): Promise<VersionDetail> {
    const view = find(await this.list(name), name, which);
    const plan = await this.needs.plans.byHash(view.plan);
    const { contracts } = await this.needs.reader.deployed.read({ pipeline: name, stages: stagesOf(plan.plan) });
    return { ...view, definition: plan.plan, contracts: Object.fromEntries(contracts) };
  }

  async diff(name: string, from: string, to: string): Promise<readonly DifferenceView[]> {
    const [before, after] = await Promise.all([this.get(name, from), this.get(name, to)]);
    const planOf = async ({ plan }: VersionView) => (await this.needs.plans.byHash(plan)).plan;
    return differences({ plan: await planOf(before) }, { plan: await planOf(after) });
  }

  private async deployed(name: string): Promise<Deployed & { route: Route }> {
    const { route, ...deployed } = await this.needs.reader.deployed.read({ pipeline: name, stages: [] });
    if (!route) throw unknownPipeline(name);
    return { route, ...deployed };
  }

  /** Publishes what is asked for and waits for what becomes of it. @throws {RequestProblem} why it was refused */
  async request(request: Exclude<DeploymentRequest, RecoveryRequested | LetterRequest>): Promise<DeploymentView> {
    const { runtime, reader } = this.needs;
    const pipeline = request.type === 'pipeline.deploy-requested' ? request.plan.pipeline : request.pipeline;
    const record = deploymentRecord(runtime.topics, recordOf(DeploymentRequest, request), pipeline);
    await runtime.broker.publish([record]);
    const outcome = await untilApplied(() => reader.deployed.outcome(request.id));
    if (outcome) return viewOf(request.id, outcome);
    return { id: request.id, status: 'pending', pipeline, links: linksOf(request.id, pipeline) };
  }
}

const linksOf = (id: string, pipeline: string) => ({
  self: `/v1/deployments/${encodeURIComponent(id)}`,
  versions: `/v1/pipelines/${encodeURIComponent(pipeline)}/versions`,
});

function viewOf(id: string, outcome: DeploymentOutcome): DeploymentView {
  if (outcome.status === 'refused') throw refusalOf(outcome.failure);
  const { pipeline, version, plan, schedule, unchanged } = outcome;
  const what = {
    ...(version !== undefined && { version }),
    ...(plan !== undefined && { plan }),
    ...(schedule !== undefined && { schedule }),
  };
  return { id, status: 'applied', pipeline, ...what, unchanged, links: linksOf(id, pipeline) };
}

/** A failure of the same name as a problem is that problem. */
export function refusalOf({ code, message, details }: Failure): RequestProblem {
  const known = code in PROBLEMS ? (code as ProblemCode) : 'PLAN_REFUSED';
  return new RequestProblem(known, message, details && { errors: details });
}

function versionView(pipeline: string, version: Version, at: { route: Route; liveRuns: number }): VersionView {
  const { current, canary } = at.route;
  const ofCanary = canary?.plan === version.plan ? canary.share : 0;
  return {
    pipeline,
    version: version.version,
    plan: version.plan,
    deployedAt: timeOf(version.deployedAt),
    ...(version.by !== undefined && { by: version.by }),
    ...(version.reason !== undefined && { reason: version.reason }),
    share: current === version.plan ? 1 - (canary && canary.plan !== version.plan ? canary.share : 0) : ofCanary,
    liveRuns: at.liveRuns,
    links: { self: `/v1/pipelines/${encodeURIComponent(pipeline)}/versions/${version.version}` },
  };
}

function find(versions: readonly VersionView[], name: string, which: string | number): VersionView {
  const found = versions.find(({ version, plan }) => plan === which || String(version) === String(which));
  if (found) return found;
  throw new RequestProblem('UNKNOWN_VERSION', `${name} has no version ${String(which).slice(0, 100)}.`);
}
