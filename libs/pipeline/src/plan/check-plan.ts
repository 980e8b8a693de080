import { jsonFault, type StageSchemas } from '@millrace/contracts';
import { advance } from './advance.js';
import { HANDLER } from './handler-plan.js';
import { itemName } from './item-names.js';
import { mermaid } from './mermaid.js';
import { isKebabName } from '../authoring/names.js';
import { PlanError } from './plan-error.js';
import { type LoadedPlan, loadPlan } from './plan-model.js';
import { nextTick } from '../starts/schedule.js';
import { sourcesOf } from '../steps/signal-source.js';
import { stagesOf } from '../authoring/stages.js';
import { loadStarts, Schedule } from '../starts/starts.js';
import { prepareAnswer, prepareInput, prepareSchema } from '../schemas/validation.js';

/** The most steps that a plan may have, those of plans within it included, unless a setting says otherwise. */
export const MOST_STEPS = 1_000;
/** A plan is nested at most so deep: as deep as what records of ours hold. */
const DEEPEST = 100;

/** A plan that is to be deployed, with the contracts of its stages as far as they are known. */
export interface Candidate {
  readonly plan: unknown;
  readonly contracts: Readonly<Record<string, StageSchemas>>;
}

/**
 * Makes a plan that somebody wants to deploy ready, and does everything that is ever done with one: who asks for a deployment and who carries it out call
 * the same, so that what the one has accepted the other can use.
 * @throws {PlanError} and nothing else
 */
export function checkPlan({ plan, contracts }: Candidate, { maxSteps = MOST_STEPS } = {}): LoadedPlan {
  return refusing(() => {
    checkSize(plan, maxSteps);
    const loaded = usable(plan);
    checkNames(loaded);
    for (const [stage, { input, output }] of Object.entries(contracts)) {
      if (!isKebabName(stage))
        throw new PlanError('BAD_STAGE_NAME', `"${stage.slice(0, 100)}" is not a kebab-case name`);
      prepareSchema(input, `the input of stage "${stage}"`);
      prepareSchema(output, `the output of stage "${stage}"`);
    }
    mermaid(loaded.plan);
    return loaded;
  });
}

/**
 * Makes a plan ready that was deployed before, perhaps by another version of Millrace.
 * @throws {PlanError} and nothing else
 */
export const usablePlan = (plan: unknown): LoadedPlan => refusing(() => usable(plan));

/** Checks a schedule that somebody makes, and returns it with the first time after `at`. @throws {PlanError} and nothing else */
export function checkSchedule(
  { name, cron, zone, catchUp, input }: { readonly name: string } & Partial<Record<keyof Schedule, unknown>>,
  at: number,
): { readonly spec: Schedule; readonly nextAt: number | undefined } {
  return refusing(() => {
    const { data: spec, error } = Schedule.safeParse({ cron, zone, catchUp, input: { $literal: input ?? null } });
    if (!spec) throw new PlanError('BAD_START', `the schedule "${name}" is not valid: ${error.issues[0]?.message}`);
    loadStarts({ schedules: { [name]: spec } });
    return { spec, nextAt: nextTick(spec, at) };
  });
}

/** Whatever is thrown means that the plan cannot be used, and says so. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PlanError) throw error;
    const why = error instanceof RangeError ? 'it is nested too deeply, or too large' : (error as Error).message;
    throw new PlanError('INVALID_PLAN', `the plan cannot be made ready (${why.slice(0, 300)})`);
  }
}

function usable(plan: unknown): LoadedPlan {
  const loaded = loadPlan(plan);
  prepareInput(loaded);
  prepareWithin(loaded);
  advance(loaded, { scope: {}, mark: () => undefined });
  return loaded;
}

/** Compiles the schemas of all answers, also those that runs within the run wait for. */
function prepareWithin(loaded: LoadedPlan): void {
  for (const name of loaded.order) {
    const step = loaded.step(name);
    if (step.kind === 'review' || step.kind === 'signal') prepareAnswer(loaded, name);
    else if (step.kind === 'run') prepareWithin(loaded.child(name));
    else if (step.kind === 'race')
      for (const branch of Object.keys(step.branches)) prepareWithin(loaded.child(itemName(name, branch)));
    else if ((step.kind === 'map' || step.kind === 'loop') && step.work.kind === 'run')
      prepareWithin(loaded.child(itemName(name, 0)));
    // A long list is worked on in chunks, each by a plan of its own.
    if (step.kind === 'map') loaded.child(itemName(name, '0-1'));
  }
  if (loaded.plan.onFailure?.handler) loaded.child(HANDLER);
}

/** Looks at a plan before anything is done with it that takes longer the larger it is. */
function checkSize(plan: unknown, maxSteps: number): void {
  const fault = jsonFault(plan, { maxDepth: DEEPEST });
  if (fault) throw new PlanError('INVALID_PLAN', `the plan is not valid at ${fault.pointer || '/'}: ${fault.detail}`);
  const waiting: unknown[] = [plan];
  let steps = 0;
  while (waiting.length > 0) {
    for (const step of fieldsOf(fieldsOf(waiting.pop())['steps'], Object.values)) {
      steps++;
      const { plan, work, branches } = fieldsOf(step);
      const branched = fieldsOf(branches, Object.values).map((one) => fieldsOf(one)['plan']);
      waiting.push(plan, fieldsOf(work)['plan'], ...branched);
    }
  }
  if (steps > maxSteps)
    throw new PlanError('TOO_COMPLEX', `the plan has ${steps} steps, and may have ${maxSteps} (MAX_PLAN_STEPS)`);
}

type Fields = Readonly<Record<string, unknown>>;
function fieldsOf(value: unknown): Fields;
function fieldsOf(value: unknown, as: (fields: Fields) => unknown[]): unknown[];
function fieldsOf(value: unknown, as: (fields: Fields) => unknown = (fields) => fields): unknown {
  return as(typeof value === 'object' && value !== null ? (value as Fields) : {});
}

/** Names that Kafka takes. */
const TOPIC_NAME = /^(?!\.{1,2}$)[\w.-]{1,249}$/;

/** Names that become topics, keys and rows elsewhere. */
function checkNames({ plan, starts }: LoadedPlan): void {
  if (!isKebabName(plan.pipeline))
    throw new PlanError('BAD_PIPELINE_NAME', `"${plan.pipeline.slice(0, 100)}" is not a kebab-case name`);
  const bad = stagesOf(plan).find((stage) => !isKebabName(stage));
  if (bad !== undefined) throw new PlanError('BAD_STAGE_NAME', `"${bad.slice(0, 100)}" is not a kebab-case name`);
  const topics = [...starts.triggers, ...sourcesOf(plan)].map(({ topic }) => topic);
  const none = topics.find((topic) => !TOPIC_NAME.test(topic));
  if (none !== undefined) throw new PlanError('BAD_START', `no topic can be called "${none.slice(0, 100)}"`);
}
