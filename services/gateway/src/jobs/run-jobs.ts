import { byWhom, type JobRequested, randomId, type RunSelection, type RunWork } from '@millrace/contracts';
import type { Accepted, CompareJobBody, ComparisonView, ReplayJobBody, RunJobPreview } from '@millrace/contracts/http';
import { differences, type LoadedPlan } from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';
import type { Job, RunComparison, StoreReader } from '@millrace/store';
import { requestApplied } from '../dead-letters/letter-requests.js';
import { RequestProblem } from '../http/problems.js';
import type { StoredPlans } from '../pipelines/plans.js';
import type { Replays } from '../runs/replays.js';
import { runFilterOf } from '../runs/run-filter.js';

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics'>;
  readonly reader: Pick<StoreReader, 'deployed' | 'acts' | 'jobs'>;
  readonly plans: StoredPlans;
  readonly replays: Pick<Replays, 'versionOf' | 'effectsOf'>;
}

type Body = (ReplayJobBody & { readonly kind: 'replay' }) | (CompareJobBody & { readonly kind: 'compare' });

/** Asks for jobs that replay or compare many runs. */
export class RunJobs {
  constructor(private readonly needs: Needs) {}

  /** Says what a job would be about. @throws {RequestProblem} MOVE_REFUSED, EFFECTS_NOT_ALLOWED, UNKNOWN_VERSION, INVALID_REQUEST */
  async preview(body: Body): Promise<RunJobPreview> {
    const { work, executed, effects } = await this.worked(body);
    const { runs, most } = await this.needs.reader.jobs.previewRuns(work, Date.now());
    return { runs, most, executed: [...executed], effects: [...effects] };
  }

  /** @throws {RequestProblem} what `preview` throws */
  async begin(body: Body): Promise<Accepted> {
    const { work } = await this.worked(body);
    const id = randomId('job');
    const request: JobRequested = { type: 'job.requested', id, at: Date.now(), work, ...byWhom(body) };
    await requestApplied(this.needs, request);
    const links = { self: `/v1/jobs/${id}`, items: `/v1/jobs/${id}/items` };
    return { id, links: body.kind === 'replay' ? links : { ...links, comparison: `/v1/jobs/${id}/comparison` } };
  }

  private async worked(
    body: Body,
  ): Promise<{ work: RunWork; executed: readonly string[]; effects: readonly string[] }> {
    const { to, allowEffects = false, perSecond } = body;
    const runs = selectionOf(body);
    const { pipeline } = runs;
    const versions = await this.plansOf(pipeline);
    const plan = to === undefined ? undefined : await this.needs.replays.versionOf(pipeline, to);
    const targets = plan === undefined ? versions : [await this.needs.plans.byHash(plan)];
    const executed = executedIn(body, { versions, targets });
    const effects = [
      ...new Set(
        targets.flatMap((target) =>
          this.needs.replays.effectsOf(
            target,
            executed.filter((step) => target.order.includes(step)),
          ),
        ),
      ),
    ];
    if (effects.length > 0 && !allowEffects)
      throw new RequestProblem(
        'EFFECTS_NOT_ALLOWED',
        `${effects.join(', ')} would have effects outside once more: they are executed with allowEffects only.`,
        { errors: effects.map((step) => ({ pointer: `/steps/${step}`, detail: 'has effects outside' })) },
      );
    const common = {
      runs,
      ...(plan !== undefined && { plan }),
      ...(allowEffects && { allowEffects }),
      ...(perSecond !== undefined && { perSecond }),
    };
    const work: RunWork =
      body.kind === 'replay'
        ? { kind: 'replay', ...common, from: body.from }
        : { kind: 'compare', ...common, ...(body.steps && { steps: body.steps }) };
    return { work, executed, effects };
  }

  private async plansOf(pipeline: string): Promise<readonly LoadedPlan[]> {
    const { versions } = await this.needs.reader.deployed.read({ pipeline, stages: [] });
    if (versions.length === 0)
      throw new RequestProblem('UNKNOWN_PIPELINE', `There is no pipeline "${pipeline.slice(0, 100)}".`);
    return Promise.all(versions.map(({ plan }) => this.needs.plans.byHash(plan)));
  }
}

/** @throws {RequestProblem} INVALID_REQUEST, for a filter that cannot be used */
function selectionOf({ runs: { pipeline, status, where, since, until } }: Body): RunSelection {
  runFilterOf({ where }, Date.now());
  return {
    pipeline,
    ...(status !== undefined && { status }),
    ...(where !== undefined && { where }),
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
  };
}

/** Returns the steps that a job executes, in whichever of the plans. @throws {RequestProblem} MOVE_REFUSED, where no plan has them */
function executedIn(
  body: Body,
  { versions, targets }: { readonly versions: readonly LoadedPlan[]; readonly targets: readonly LoadedPlan[] },
): readonly string[] {
  const wanted = body.kind === 'replay' ? [body.from] : (body.steps ?? []);
  const unknown = wanted.filter((step) => !targets.some(({ order }) => order.includes(step)));
  if (unknown.length > 0) throw new RequestProblem('MOVE_REFUSED', `The plan has no step ${unknown.join(', ')}.`);
  const within = (target: LoadedPlan): readonly string[] => {
    if (body.kind === 'replay') return stepsFrom(target, body.from);
    if (body.steps) return body.steps;
    return body.to === undefined ? [] : versions.flatMap((before) => changedIn(before, target));
  };
  const executed = [...new Set(targets.flatMap(within))];
  if (executed.length > 0) return executed;
  const detail = 'No step would be executed again: name the steps (steps), or a version that differs (to).';
  throw new RequestProblem('MOVE_REFUSED', detail);
}

/** A step and all that waits for it, directly or not. */
function stepsFrom(plan: LoadedPlan, from: string): readonly string[] {
  const found = new Set([from]);
  for (const step of plan.order) if (plan.step(step).predecessors.some((before) => found.has(before))) found.add(step);
  return plan.order.filter((step) => found.has(step));
}

const changedIn = (before: LoadedPlan, { plan }: LoadedPlan): readonly string[] =>
  differences({ plan: before.plan }, { plan }).flatMap(({ what, name, change }) =>
    what === 'step' && change !== 'removed' ? [name] : [],
  );

/** Adds up what a job has found so far. */
export async function comparisonView(job: Job, reader: Pick<StoreReader, 'jobs'>): Promise<ComparisonView> {
  const { same, different, failed, refused, waiting, sent } = job.items;
  const outputs = { same: 0, different: 0 };
  const steps = new Map<string, StepSums>();
  for await (const page of reader.jobs.comparisons(job.id))
    for (const found of page) {
      outputs[found.isSameOutput ? 'same' : 'different']++;
      for (const step of found.steps) add(steps, step);
    }
  return {
    ...{ job: job.id, same, different, failed, refused, open: waiting + sent, outputs },
    steps: [...steps].map(([step, { same: equal, different: other, before, after }]) => ({
      ...{ step, same: equal, different: other },
      ...(before.count > 0 && { beforeMs: Math.round(before.ms / before.count) }),
      ...(after.count > 0 && { afterMs: Math.round(after.ms / after.count) }),
    })),
  };
}

interface StepSums {
  same: number;
  different: number;
  readonly before: { ms: number; count: number };
  readonly after: { ms: number; count: number };
}

function add(steps: Map<string, StepSums>, { step, isSame, beforeMs, afterMs }: RunComparison['steps'][number]): void {
  let sums = steps.get(step);
  if (!sums)
    steps.set(step, (sums = { same: 0, different: 0, before: { ms: 0, count: 0 }, after: { ms: 0, count: 0 } }));
  sums[isSame ? 'same' : 'different']++;
  for (const [sum, ms] of [
    [sums.before, beforeMs],
    [sums.after, afterMs],
  ] as const)
    if (ms !== undefined) {
      sum.ms += ms;
      sum.count++;
    }
}
