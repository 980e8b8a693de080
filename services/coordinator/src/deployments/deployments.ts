import { BrokerError, type Incoming, type OrderedSource, type Outgoing } from '@millrace/broker';
import {
  controlRecord,
  type DeploymentOutcome,
  type DeploymentRequest,
  type DeployRequested,
  derivedId,
  type Failure,
  isLetterRequest,
  type LetterRequest,
  planRecord,
  readDeploymentRequest,
  type RecoveryRequested,
  remedyOf,
  unreadable,
} from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import { checkPlan, type LoadedPlan, schemasOf, stagesOf } from '@millrace/pipeline/engine';
import { type PipelineSource, ProjectError } from '@millrace/project';
import { blamesRecord, ensureStageTopics, type Runtime, parkingOf, unprocessable } from '@millrace/runtime';
import type { Deployed, DeploymentChange, Store, TriggerRow } from '@millrace/store';
import { deploymentActOf, recoveryActOf } from './deployment-act.js';
import { applyLetterRequest, refuseLetterRequest } from '../letters/letter-requests.js';
import { CoordinatorPlans } from './plans.js';
import { deployment, pausing, type PlanRequest, refusal, routing } from './deployment.js';
import { pagesOf } from '../recovery/scan.js';
import { scheduling } from '../timers/scheduling.js';
import { MissingTopic, triggerRows } from '../triggers/triggers.js';

interface Needs {
  readonly runtime: Runtime;
  readonly store: Store;
}

interface Taking extends Needs {
  /** The reason for which the store may lack deployments that were applied before; undefined where it lacks nothing. */
  readonly behind: () => string | undefined;
  readonly recover: (request: RecoveryRequested) => Promise<void>;
}

/** A request about one pipeline. */
type PipelineRequest = Exclude<DeploymentRequest, RecoveryRequested | LetterRequest>;

/** Takes what is asked of the installation, one after the other: applies it once, and tells everybody. */
export function deploymentsSource(needs: Taking, options: { topic: string; group: string }): OrderedSource {
  const parking = parkingOf(needs.runtime, options);
  return {
    ...options,
    maxBatch: 1,
    parking: {
      ...parking,
      async park(record, error) {
        await refusedAsSuch(needs, record.value, unprocessable(error));
        return parking.park(record, error);
      },
    },
    async take({ records }) {
      const answers: Outgoing[] = [];
      for (const record of records) {
        const read = readDeploymentRequest(record.value);
        if ('request' in read) answers.push(...(await taken(needs, read.request, record)));
        else {
          const { broker, topics, telemetry } = needs.runtime;
          telemetry.meters.parked.add(1, { topic: options.topic, code: read.failure.code });
          const letter = {
            group: options.group,
            failure: read.failure,
            at: Date.now(),
            maxBytes: broker.maxRecordBytes,
          };
          answers.push({ topic: topics.deadLetters, ...unreadable(record, letter) });
        }
      }
      return answers;
    },
  };
}

async function taken(
  needs: Taking,
  request: DeploymentRequest,
  { offset }: Pick<Incoming, 'offset'>,
): Promise<readonly Outgoing[]> {
  // What was applied after a backup comes before what is asked for now.
  if (needs.behind() !== undefined) await reapply(needs, offset);
  if (isLetterRequest(request)) return applyLetterRequest({ ...needs, plans: plansOf(needs) }, request);
  if (request.type !== 'recovery.requested') return (await applied(needs, request)).records;
  await needs.recover(request);
  await needs.store.acts.once(recoveryActOf(request), () => Promise.resolve({ status: 'applied', unchanged: false }));
  return [];
}

const plansOf = ({ store, runtime }: Needs): CoordinatorPlans => new CoordinatorPlans(store, runtime.telemetry.log);

/**
 * Applies again, in order, what was asked for below the offset, and publishes nothing. What the store knows changes nothing. Acts on dead letters are left out:
 * what they did to runs is in the topics, and a job would be carried out a second time.
 */
async function reapply(needs: Needs, until: number): Promise<void> {
  const { broker, topics } = needs.runtime;
  for await (const page of pagesOf(broker, { topic: topics.deployments, partition: 0, from: 0, until }))
    for (const { value } of page) {
      const read = readDeploymentRequest(value);
      if (!('request' in read) || read.request.type === 'recovery.requested' || isLetterRequest(read.request)) continue;
      if (!(await needs.store.reader.deployed.outcome(read.request.id))) await applied(needs, read.request);
    }
}

/** Tells who waits for the outcome of a request that cannot be carried out. Where that cannot be told either, the dead letter has to do. */
async function refusedAsSuch({ store }: Needs, value: Buffer | null, reason: Failure): Promise<void> {
  const read = readDeploymentRequest(value);
  if (!('request' in read) || read.request.type === 'recovery.requested') return;
  const { request } = read;
  if (isLetterRequest(request)) return refuseLetterRequest({ store }, request, reason);
  const pipeline = request.type === 'pipeline.deploy-requested' ? request.plan.pipeline : request.pipeline;
  const outcome: DeploymentOutcome = { status: 'refused', pipeline, failure: reason };
  try {
    const { id, at } = request;
    const act = () => deploymentActOf(request, outcome);
    await store.deployments.apply({ id, at, pipeline, stages: [], act }, () => ({ outcome }));
  } catch (error) {
    if (!blamesRecord(error)) throw error;
  }
}

/**
 * Brings the plans that a service was built with: new ones become current, known ones change nothing, so that a service that starts again does not undo
 * what was deployed since; with `routes` known ones become current, too.
 * @throws {Error} naming what is refused
 */
export async function bring(
  needs: Needs,
  pipelines: readonly PipelineSource[],
  { at, routes }: { at: number; routes: boolean },
): Promise<void> {
  for (const { loaded, contracts } of pipelines) {
    const schemas = Object.fromEntries([...contracts].map(([stage, contract]) => [stage, schemasOf(contract)]));
    const what = [loaded.plan.pipeline, loaded.hash, JSON.stringify(schemas)];
    const id = derivedId('dep', ...what);
    const plan = loaded.plan as DeployRequested['plan'];
    const request = { type: 'pipeline.deploy-requested', id, at, plan, contracts: schemas } as const;
    const { records } = await applied(needs, { ...request, atStart: true });
    await needs.runtime.broker.publish(records);
    if (!routes) continue;
    const again = await applied(needs, { ...request, id: derivedId('dep', ...what, String(at)) });
    await needs.runtime.broker.publish(again.records);
  }
}

/**
 * Applies a request, unless it was before, and says what to tell.
 * @throws {Error} for one that a service brings at its start and that is refused: nothing remembers it, since the service
 * asks the same when it starts again, and what was wrong may be mended by then
 */
async function applied(
  needs: Needs,
  request: PipelineRequest | PlanRequest,
): Promise<{ outcome: DeploymentOutcome; records: readonly Outgoing[] }> {
  const { runtime, store } = needs;
  const { id, at } = request;
  const act = (outcome: DeploymentOutcome) => deploymentActOf(request, outcome);
  if (request.type !== 'pipeline.deploy-requested') {
    const { pipeline } = request;
    const asked = { id, at, pipeline, stages: [], act };
    const outcome = await store.deployments.apply(asked, (now) => changeOf(request, now));
    return { outcome, records: outcome.status === 'applied' ? [routedRecord(runtime, pipeline, at)] : [] };
  }
  const { pipeline } = request.plan;
  const checked = await usable(runtime, request);
  const stages = Object.keys(request.contracts);
  const outcome = await store.deployments.apply({ id, at, pipeline, stages, act }, (now) => {
    const change = 'plan' in checked ? deployment(request, checked.plan, now) : checked;
    if ('atStart' in request && change.outcome.status === 'refused') throw refusedAtStart(change.outcome);
    if (!('plan' in checked)) return change;
    return change.outcome.status === 'applied' ? { ...change, triggers: checked.triggers } : change;
  });
  if (outcome.status === 'refused' || !('plan' in checked)) return { outcome, records: [] };
  const { hash, plan } = checked.plan;
  return { outcome, records: [planRecord(runtime.topics, { hash, plan }), routedRecord(runtime, pipeline, at)] };
}

const routedRecord = ({ topics }: Runtime, pipeline: string, at: number): Outgoing =>
  controlRecord(topics, { type: 'pipeline.routed', pipeline, at });

function changeOf(request: Exclude<PipelineRequest, DeployRequested>, now: Deployed): DeploymentChange {
  switch (request.type) {
    case 'pipeline.route-requested':
      return routing(request, now);
    case 'pipeline.pause-requested':
    case 'pipeline.resume-requested':
      return pausing(request, now);
    case 'schedule.make-requested':
    case 'schedule.remove-requested':
      return scheduling(request, now);
  }
}

function refusedAtStart({ pipeline, failure }: DeploymentOutcome & { status: 'refused' }): ProjectError {
  const { code, message, details = [] } = failure;
  const all = details.map(({ pointer, detail }) => `\n  ${pointer} ${detail}`).join('');
  return new ProjectError(`The pipeline ${pipeline} is refused (${code}): ${message}${all}\n${remedyOf(code)}`);
}

/** The plan, once it is known that it could run here: it loads, and its stages have topics. */
async function usable(
  runtime: Runtime,
  { plan, contracts }: DeployRequested,
): Promise<{ plan: LoadedPlan; triggers: readonly TriggerRow[] } | DeploymentChange> {
  try {
    const loaded = checkPlan({ plan, contracts }, { maxSteps: runtime.settings.maxPlanSteps });
    const stages = stagesOf(loaded.plan);
    await ensureStageTopics(runtime, stages);
    for (const stage of stages) await runtime.broker.partitionsOf(runtime.topics.stage(stage));
    return { plan: loaded, triggers: await triggerRows(runtime, loaded) };
  } catch (error) {
    if (error instanceof MissingTopic) return refusal(plan.pipeline, 'TRIGGER_TOPIC_MISSING', error.message);
    if (error instanceof PlanError) return refusal(plan.pipeline, 'PLAN_REFUSED', error.message);
    if (error instanceof BrokerError && error.code === 'UNKNOWN_TOPIC')
      return refusal(plan.pipeline, 'STAGE_TOPIC_MISSING', error.message);
    throw error;
  }
}
