import { byWhom, eventRecord, isOver, randomId, RunEvent } from '@millrace/contracts';
import type {
  Accepted,
  Action,
  ActBody,
  CancelBody,
  ClaimBody,
  MoveBody,
  RunNoteBody,
  StepView,
  TagBody,
} from '@millrace/contracts/http';
import { type LoadedPlan, stagesOf, validateAnswer, valueProblems } from '@millrace/pipeline/engine';
import { evolve, MOST_KEPT, moveOf } from '@millrace/saga';
import type { Runtime, StageContracts } from '@millrace/runtime';
import type { StoreReader, RunRecord } from '@millrace/store';
import { lightValue } from '../blobs/light.js';
import { requestApplied } from '../dead-letters/letter-requests.js';
import type { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import { runLinks, runView } from './run-view.js';
import type { RunQueries } from './runs.js';
import { untilApplied } from '../http/until-applied.js';
import { recordOf } from '../http/validation.js';
import { refusalOf } from '../pipelines/versions.js';

interface Needs {
  readonly runtime: Runtime;
  readonly runs: RunQueries;
  readonly plans: StoredPlans;
  readonly reader: Pick<StoreReader, 'deployed' | 'acts'>;
  readonly announced: Pick<StageContracts, 'get'>;
}

interface Answer extends ActBody {
  readonly id?: string | undefined;
  readonly payload: unknown;
}

/** An act about who has a review, and whether it is known that it has taken effect. */
export type Held = Accepted & { readonly applied: boolean };

/** The acts of people and systems on runs. Each checks that it is allowed now and becomes one event on `runs`. */
export class Acts {
  constructor(private readonly needs: Needs) {}

  async cancel(id: string, { by, reason, compensate }: CancelBody): Promise<Accepted> {
    const { view } = await this.open(id);
    if (!view.allowedActions.includes('cancel')) throw notNow(`${id} is ${view.status}: it cannot be cancelled.`);
    const how = { ...(compensate && { compensate }), ...byWhom({ by, reason }) };
    return this.publish({ type: 'run.cancel-requested', run: id, at: Date.now(), ...how });
  }

  /** One that is paused already, or goes on, stays so. */
  async pause(id: string, type: 'run.pause-requested' | 'run.resume-requested', act: ActBody): Promise<Accepted> {
    const { view } = await this.open(id);
    if (isOver(view.status)) throw notNow(`${id} is ${view.status}: it cannot be paused or go on.`);
    return this.publish({ type, run: id, at: Date.now(), ...byWhom(act) });
  }

  /** Tags say something about a run to people: they change nothing of what it does, and may be given when it has ended. */
  async tag(id: string, { add, remove, by, reason }: TagBody): Promise<Accepted> {
    await this.needs.runs.record(id);
    const tags = { ...(add && { add }), ...(remove && { remove }) };
    const act = { type: 'run.tag-requested', id: randomId('act'), at: Date.now(), run: id } as const;
    await requestApplied(this.needs, { ...act, ...tags, ...byWhom({ by, reason }) });
    return linked(id);
  }

  /** A note changes nothing of what a run does, and may be written when it has ended. */
  async note(id: string, { text, by }: RunNoteBody): Promise<Accepted> {
    await this.needs.runs.record(id);
    const act = { type: 'run.note-requested', id: randomId('act'), at: Date.now(), run: id, text } as const;
    await requestApplied(this.needs, { ...act, ...byWhom({ by, reason: undefined }) });
    return linked(id);
  }

  async signal(id: string, step: string, { payload, by, reason, id: signal }: Answer): Promise<Accepted> {
    const { record, view, plan } = await this.open(id);
    const target = stepOf(view.steps, step, id);
    const kept = record.facts.filter((fact) => fact.type === 'step.signal-kept' && fact.step === step).length;
    if (target.kind === 'signal' && target.status === 'pending' && !isOver(view.status)) {
      // It is kept until the step waits.
      if (kept >= MOST_KEPT) throw notNow(`${MOST_KEPT} signals are kept for ${step} already: it does not wait yet.`);
    } else refuseUnless(target, ['signal', 'answer']);
    if (target.claimedBy !== undefined && target.claimedBy !== by) throw claimedByAnother(target);
    const errors = validateAnswer(plan, step, payload);
    if (errors) {
      const detail = `The answer does not fit ${step}: ${errors[0]?.pointer || 'it'}: ${errors[0]?.detail}`;
      throw new RequestProblem('INVALID_ANSWER', detail, { errors: [...errors] });
    }
    const event = {
      type: 'step.signalled',
      run: id,
      step,
      at: Date.now(),
      id: signal ?? randomId('sig'),
      payload: await lightValue(payload, { blobs: this.needs.runtime.blobs, run: id }),
    } as const;
    return this.publish({ ...event, ...byWhom({ by, reason }) });
  }

  /**
   * Resolves when it is known who has the review; `applied` is false where that could not be found out in time.
   * @throws {RequestProblem} REVIEW_CLAIMED, where somebody else has claimed it
   */
  async claim(id: string, step: string, { by, reason, takeOver }: ClaimBody): Promise<Held> {
    const target = stepOf((await this.open(id)).view.steps, step, id);
    if (target.claimedBy === by) return { ...linked(id), applied: true };
    if (target.claimedBy !== undefined && !takeOver) throw claimedByAnother(target);
    refuseUnless(target, ['claim', 'unclaim']);
    const how = { ...(takeOver && { takeOver }), ...byWhom({ reason }) };
    await this.publish({ type: 'step.claimed', run: id, step, at: Date.now(), by, ...how });
    return this.held(id, step, ({ claimedBy }) => {
      if (claimedBy === by) return true;
      if (claimedBy !== undefined && claimedBy !== target.claimedBy) throw claimedByAnother({ name: step, claimedBy });
      return undefined;
    });
  }

  async unclaim(id: string, step: string, act: ActBody): Promise<Held> {
    const target = stepOf((await this.open(id)).view.steps, step, id);
    refuseUnless(target, ['unclaim']);
    await this.publish({ type: 'step.unclaimed', run: id, step, at: Date.now(), ...byWhom(act) });
    return this.held(id, step, ({ claimedBy }) => (claimedBy === target.claimedBy ? undefined : true));
  }

  /** Looks at a review until it stands as was asked for, or waits for nobody any more. */
  private async held(id: string, step: string, isSo: (step: StepView) => true | undefined): Promise<Held> {
    const applied = await untilApplied(async () => {
      const now = stepOf((await this.open(id)).view.steps, step, id);
      if (now.status !== 'waiting') throw notNow(`${step} is ${now.status}: it waits for nobody any more.`);
      return isSo(now);
    });
    return { ...linked(id), applied: applied ?? false };
  }

  /** @throws {RequestProblem} MOVE_REFUSED, naming all that does not fit; UNKNOWN_VERSION */
  async move(id: string, { to, from, by, reason }: MoveBody): Promise<Accepted> {
    const plan = await this.planOfMove(id, { to, from });
    const act = byWhom({ by, reason });
    return this.publish({ type: 'run.move-requested', run: id, at: Date.now(), to: plan, from, ...act });
  }

  /** Returns the plan that a run can go on with from a step. @throws {RequestProblem} MOVE_REFUSED, naming all that does not fit; UNKNOWN_VERSION */
  async planOfMove(id: string, { to, from }: Pick<MoveBody, 'to' | 'from'>): Promise<string> {
    const { record, view } = await this.open(id);
    if (!view.allowedActions.includes('move')) throw notNow(`${id} is ${view.status}: it cannot be moved.`);
    const { pipeline } = record;
    const { versions } = await this.needs.reader.deployed.read({ pipeline, stages: [] });
    const version = versions.find((one) => one.plan === to || one.version === Number(to));
    if (!version)
      throw new RequestProblem('UNKNOWN_VERSION', `${pipeline} has no version ${String(to).slice(0, 100)}.`);
    const plan = await this.needs.plans.byHash(version.plan);
    const { contracts } = await this.needs.reader.deployed.read({ pipeline, stages: stagesOf(plan.plan) });
    const move = moveOf(evolve(undefined, id, record.facts), { plan, contracts }, from);
    if ('code' in move) throw refusalOf(move);
    return plan.hash;
  }

  /**
   * Refuses a redrive that would change nothing, and one with an input that the step's stage does not take.
   * @throws {RequestProblem} NOT_ALLOWED_NOW, where the step is not parked as this dead letter any more; INVALID_INPUT
   */
  async refuseRedrive(at: { run: string; step: string; deadLetter: string }, input?: unknown): Promise<void> {
    const { view, plan } = await this.open(at.run);
    const target = stepOf(view.steps, at.step, at.run);
    refuseUnless(target, ['redrive']);
    if (target.deadLetter !== at.deadLetter)
      throw notNow(`${at.step} was redriven since, and parked again as ${target.deadLetter}.`);
    if (input !== undefined) await this.refuseInput(plan, at.step, input);
  }

  private async refuseInput(plan: LoadedPlan, step: string, input: unknown): Promise<void> {
    const definition = plan.step(step);
    if (definition.kind !== 'stage') throw notNow(`${step} is no step of a stage: its input cannot be edited.`);
    const { stage } = definition;
    const { contracts } = await this.needs.reader.deployed.read({ pipeline: plan.plan.pipeline, stages: [stage] });
    const contract = this.needs.announced.get(stage) ?? contracts.get(stage);
    if (!contract)
      throw notNow(`The contract of ${stage} is not known: start the stage, so that the input can be checked.`);
    const errors = valueProblems(input, contract.input);
    if (!errors) return;
    const inBody = errors.map(({ pointer, detail }) => ({ pointer: `/input${pointer}`, detail }));
    const [first] = inBody;
    const detail = `The input does not fit ${stage}: ${first?.pointer}: ${first?.detail}`;
    throw new RequestProblem('INVALID_INPUT', detail, { errors: inBody });
  }

  private async open(id: string): Promise<{ record: RunRecord; plan: LoadedPlan; view: ReturnType<typeof runView> }> {
    const record = await this.needs.runs.record(id);
    if (!record) throw notNow(`${id} has not been accepted yet: try again in a moment.`);
    const plan = await this.needs.plans.byHash(record.plan);
    return { record, plan, view: runView(record, plan) };
  }

  private async publish(event: RunEvent): Promise<Accepted> {
    const { broker, topics } = this.needs.runtime;
    await broker.publish([eventRecord(topics, recordOf(RunEvent, event), { id: randomId('evt') })]);
    return linked(event.run);
  }
}

const linked = (id: string): Accepted => ({ id, links: runLinks(id) });

const claimedByAnother = ({ name, claimedBy }: Pick<StepView, 'name' | 'claimedBy'>): RequestProblem =>
  new RequestProblem('REVIEW_CLAIMED', `${claimedBy} has claimed ${name}.`);

export const notNow = (why: string): RequestProblem => new RequestProblem('NOT_ALLOWED_NOW', why);

function stepOf(steps: readonly StepView[], name: string, run: string): StepView {
  const step = steps.find((one) => one.name === name);
  if (!step) throw new RequestProblem('UNKNOWN_STEP', `${run} has no step "${name.slice(0, 100)}".`);
  return step;
}

function refuseUnless(step: StepView, actions: readonly Action[]): void {
  if (step.allowedActions.some((action) => actions.includes(action))) return;
  throw notNow(`${step.name} is ${step.status}: ${actions.join(' or ')} is not allowed now.`);
}
