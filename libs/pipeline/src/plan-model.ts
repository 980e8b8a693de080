import { type Condition, conditionsOver } from './condition.js';
import { ancestorsOf, orderOf, reduced } from './graph.js';
import { hashOf } from './hash.js';
import { compileMapping, type Path, type Read, referencesOf } from './mapping.js';
import { checkStepName, INPUT } from './names.js';
import { PlanError } from './plan-error.js';
import { type Mapping, Plan, type PlanStep } from './plan.js';
import { type LoadedStarts, loadStarts } from './starts.js';

/** A plan made ready for use: checked, hashed, indexed, its CEL conditions compiled. Immutable; cache by hash. */
export interface LoadedPlan {
  readonly hash: string;
  readonly plan: Plan;
  /** The steps in an order in which they could run. */
  readonly order: readonly string[];
  /** Throws a PlanError for a name that is not in the plan. */
  step(name: string): PlanStep;
  /** The steps that wait for this one directly. */
  successors(name: string): readonly string[];
  /** What has to travel with a step's command (outputs of earlier steps, and `input`) for the steps that are handed off below it. */
  carries(name: string): readonly string[];
  /** Whether the stage of the step before publishes this one itself: a stage, with exactly one predecessor, which is a stage too. */
  isHandedOff(name: string): boolean;
  /** What begins its runs. */
  readonly starts: LoadedStarts;
  /** The same, as `advance` needs it. */
  readonly compiled: CompiledPlan;
}

interface CompiledPlan {
  readonly steps: readonly CompiledStep[];
  readonly byName: ReadonlyMap<string, CompiledStep>;
  readonly output: Read;
}

export interface CompiledStep {
  readonly name: string;
  readonly step: PlanStep;
  readonly predecessors: readonly string[];
  readonly when: Condition | undefined;
  /** The input; for a review or signal what is shown. */
  readonly input: Read;
  readonly fallbackInput: Read | undefined;
  /** Successors that are handed off. */
  readonly next: readonly CompiledStep[];
  readonly isHandedOff: boolean;
  readonly carries: readonly string[];
}

/** Checks a plan and makes it ready. Throws a PlanError that names the step. Slow (milliseconds): load once, keep by hash. */
export function loadPlan(given: unknown): LoadedPlan {
  const plan = parsed(given);
  const graph = graphOf(plan);
  const steps = compileSteps(plan, graph);
  linkHandOffs(steps);
  const compiled = { steps, byName: new Map(steps.map((step) => [step.name, step])), output: compileOutput(plan) };
  const successors = new Map(
    graph.order.map((name) => [
      name,
      steps.filter((step) => step.predecessors.includes(name)).map((step) => step.name),
    ]),
  );
  return {
    hash: hashOf(plan),
    plan,
    order: graph.order,
    starts: loadStarts(plan.starts ?? {}),
    compiled,
    step: (name) => stepOf(compiled, name).step,
    successors: (name) => successors.get(stepOf(compiled, name).name)!,
    carries: (name) => stepOf(compiled, name).carries,
    isHandedOff: (name) => stepOf(compiled, name).isHandedOff,
  };
}

export function stepOf(plan: CompiledPlan, name: string): CompiledStep {
  const step = plan.byName.get(name);
  if (!step) throw new PlanError('UNKNOWN_STEP', `the plan has no step "${name}"`, name);
  return step;
}

function parsed(given: unknown): Plan {
  const { data, error } = Plan.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  const step = issue?.path[0] === 'steps' ? issue.path[1] : undefined;
  const what = `the plan is not valid at /${issue?.path.join('/')}: ${issue?.message}`;
  throw new PlanError('INVALID_PLAN', what, step === undefined ? undefined : String(step));
}

interface Graph {
  readonly order: readonly string[];
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
}

function graphOf(plan: Plan): Graph {
  const names = Object.keys(plan.steps);
  names.forEach(checkStepName);
  const waits = new Map(Object.entries(plan.steps).map(([name, step]) => [name, step.predecessors]));
  const order = orderOf(waits);
  const ancestors = ancestorsOf(waits, order);
  return { order, ancestors, predecessors: reduced(waits, ancestors) };
}

type Building = CompiledStep & {
  next: CompiledStep[];
  isHandedOff: boolean;
  carries: readonly string[];
  needs: ReadonlySet<string>;
};

function compileSteps(plan: Plan, { order, ancestors, predecessors }: Graph): Building[] {
  const conditionOf = conditionsOver([INPUT, ...order]);
  return order.map((name) => {
    const step = plan.steps[name]!;
    const mappings = mappingsOf(step);
    const when = step.when === undefined ? undefined : conditionOf(step.when, name);
    const needs = new Set([...needsOf(mappings, name), ...(when?.needs ?? [])]);
    for (const need of needs) {
      if (need !== INPUT && !ancestors.get(name)!.has(need)) throw notBefore(plan, need, name);
    }
    const [input = null, fallback] = mappings;
    return {
      name,
      step,
      predecessors: predecessors.get(name)!,
      when,
      input: compileMapping(input),
      fallbackInput: fallback === undefined ? undefined : compileMapping(fallback),
      next: [],
      isHandedOff: false,
      carries: [],
      needs,
    };
  });
}

/** A step's input or what it shows, then its fallback's input. */
function mappingsOf(step: PlanStep): readonly [Mapping?, Mapping?] {
  return step.kind === 'stage' ? [step.input, step.fallback?.input] : [step.show];
}

function needsOf(mappings: readonly (Mapping | undefined)[], step?: string): readonly string[] {
  try {
    return mappings.flatMap((mapping) => referencesOf(mapping ?? null)).map(([from]: Path) => from);
  } catch (error) {
    throw error instanceof PlanError ? new PlanError(error.code, error.what, step) : error;
  }
}

function notBefore(plan: Plan, need: string, step: string): PlanError {
  return Object.hasOwn(plan.steps, need)
    ? new PlanError('NOT_BEFORE', `it reads "${need}", which need not have ended when it begins`, step)
    : new PlanError('UNKNOWN_STEP', `it reads "${need}", which does not exist`, step);
}

function compileOutput(plan: Plan): Read {
  for (const from of needsOf([plan.output])) {
    if (from === INPUT || Object.hasOwn(plan.steps, from)) continue;
    throw new PlanError('UNKNOWN_STEP', `the pipeline's output reads "${from}", which does not exist`);
  }
  return compileMapping(plan.output);
}

/** Says which steps are handed off and what travels for them: from the last step to the first, each adds to what those below it need. */
function linkHandOffs(steps: readonly Building[]): void {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const step of [...steps].reverse()) {
    const [only, another] = step.predecessors;
    const before = only === undefined || another !== undefined ? undefined : byName.get(only)!;
    step.isHandedOff = step.step.kind === 'stage' && before?.step.kind === 'stage';
    const below = step.next.flatMap((next) => [...next.carries, ...byName.get(next.name)!.needs]);
    step.carries = [...new Set(below)].filter((name) => name !== step.name);
    if (step.isHandedOff) before!.next.unshift(step);
  }
}
