import { byWhom, randomId, type ReplayRequested, replayIdOf } from '@millrace/contracts';
import type { Accepted, ReplayBody, ReplayPreview } from '@millrace/contracts/http';
import { type LoadedPlan, stagesOf, stagesOfStep } from '@millrace/pipeline/engine';
import { evolve, moveOf } from '@millrace/saga';
import type { Runtime, StageContracts } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { lightValue } from '../blobs/light.js';
import { requestApplied } from '../dead-letters/letter-requests.js';
import { RequestProblem } from '../http/problems.js';
import type { StoredPlans } from '../pipelines/plans.js';
import { refusalOf } from '../pipelines/versions.js';
import { notNow } from './acts.js';
import { runLinks } from './run-view.js';
import type { RunQueries } from './runs.js';

interface Needs {
  readonly runtime: Runtime;
  readonly runs: Pick<RunQueries, 'record'>;
  readonly plans: StoredPlans;
  readonly reader: Pick<StoreReader, 'deployed' | 'acts'>;
  readonly announced: Pick<StageContracts, 'get'>;
}

/** Begins runs that take the outputs of an earlier run as they are up to a step, and execute the rest. */
export class Replays {
  constructor(private readonly needs: Needs) {}

  /** Says what a replay would take and execute. @throws {RequestProblem} MOVE_REFUSED, EFFECTS_NOT_ALLOWED, UNKNOWN_VERSION */
  async preview(id: string, body: ReplayBody): Promise<ReplayPreview> {
    const { from, to, input, outputs, allowEffects = false } = body;
    const record = await this.needs.runs.record(id);
    if (!record) throw notNow(`${id} has not been accepted yet: try again in a moment.`);
    const { pipeline } = record;
    const hash = to === undefined ? record.plan : await this.versionOf(pipeline, to);
    const plan = await this.needs.plans.byHash(hash);
    const { contracts } = await this.needs.reader.deployed.read({ pipeline, stages: stagesOf(plan.plan) });
    const run = evolve(undefined, id, record.facts);
    if (run.parent) throw notNow(`${id} does the work of a step of ${run.parent.run}: replay that run.`);
    const scope = { ...run.scope, ...outputs, ...(input !== undefined && { input }) };
    const move = moveOf({ ...run, scope }, { plan, contracts }, from);
    if ('code' in move) throw refusalOf(move);
    const effects = this.effectsOf(plan, move.restarted);
    if (effects.length > 0 && !allowEffects)
      throw new RequestProblem(
        'EFFECTS_NOT_ALLOWED',
        `${effects.join(', ')} would have effects outside once more: they are executed with allowEffects only.`,
        { errors: effects.map((step) => ({ pointer: `/steps/${step}`, detail: 'has effects outside' })) },
      );
    return { plan: hash, kept: [...move.kept], executed: [...move.restarted], effects: [...effects] };
  }

  /** @throws {RequestProblem} what `preview` throws */
  async begin(id: string, body: ReplayBody): Promise<Accepted> {
    const { plan } = await this.preview(id, body);
    const { from, input, outputs, by, reason } = body;
    const act = randomId('act');
    const at = { blobs: this.needs.runtime.blobs, run: replayIdOf({ id: act }) };
    const request: ReplayRequested = {
      type: 'replay.requested',
      id: act,
      at: Date.now(),
      run: id,
      from,
      plan,
      ...(input !== undefined && { input: await lightValue(input, at) }),
      ...(outputs !== undefined && { outputs: await lightValue(outputs, at) }),
      ...byWhom({ by, reason }),
    };
    await requestApplied(this.needs, request);
    const run = replayIdOf(request);
    return { id: run, links: { ...runLinks(run), replayOf: `/v1/runs/${id}` } };
  }

  /** Returns those of the steps that have effects outside. */
  effectsOf(plan: LoadedPlan, steps: readonly string[]): readonly string[] {
    return steps.filter((step) => this.hasEffects(plan, step));
  }

  /** Returns the plan of a version, which a number or the plan itself names. @throws {RequestProblem} UNKNOWN_VERSION */
  async versionOf(pipeline: string, to: string | number): Promise<string> {
    const { versions } = await this.needs.reader.deployed.read({ pipeline, stages: [] });
    const version = versions.find((one) => one.plan === to || one.version === Number(to));
    if (version) return version.plan;
    throw new RequestProblem('UNKNOWN_VERSION', `${pipeline} has no version ${String(to).slice(0, 100)}.`);
  }

  private hasEffects(plan: LoadedPlan, step: string): boolean {
    return stagesOfStep(plan.step(step)).some((stage) => this.needs.announced.get(stage)?.effects === true);
  }
}
