import { present } from '@millrace/contracts';
import { type CompiledCondition, conditionsOver } from '../authoring/compiled-condition.js';
import { fallbacksOf } from './fallbacks.js';
import { type Graph, graphOf } from './graph.js';
import { HANDLER, handlerPlan } from './handler-plan.js';
import { hashOf } from './hash.js';
import { itemName, itemOf, rangeOf } from './item-names.js';
import { type Labels, loadLabels } from './labels.js';
import { chunkStep, undoStep } from '../steps/derived-steps.js';
import { compileMapping, type ReadScope } from '../authoring/mapping.js';
import { FAILURE, INPUT } from '../authoring/names.js';
import { recipientsOf } from '../steps/recipients.js';
import { refuseCompensated } from '../steps/step-cache.js';
import { fromOf, loadSource } from '../steps/signal-source.js';
import { PlanError } from './plan-error.js';
import { Plan, type PlanStep } from './plan.js';
import { mappingOf, needsOf } from '../authoring/reads.js';
import { type LoadedStarts, loadStarts } from '../starts/starts.js';
import { compensates, undoName, undoneBy } from '../steps/undo.js';

/** A plan made ready for use: checked, hashed, indexed, its CEL conditions compiled. Immutable; cache by hash. */
export interface LoadedPlan {
  /** For a plan within a plan: the hash of the outermost and the path to this one, `<hash>/<step>`. */
  readonly hash: string;
  readonly plan: Plan;
  /** The steps in an order in which they could run. */
  readonly order: readonly string[];
  /** A step, what is done for an item of one (`embed[3]`), or what undoes it (`undo:book`). Throws a PlanError for a name that is not in the plan. */
  step(name: string): PlanStep;
  /** The plan of the run that does the work of a step or of an item, or, for `HANDLER`, that handles failures. Throws a PlanError where no run does. */
  child(name: string): LoadedPlan;
  /** The steps that wait for this one directly. */
  successors(name: string): readonly string[];
  /** Returns what has to travel with a step's command (outputs of earlier steps, and `input`) for the steps that are handed off below it. */
  carries(name: string): readonly string[];
  /** Returns true when the stage of the step before publishes this one itself: a stage that is not cached, with exactly one predecessor, which is a stage too. */
  isHandedOff(name: string): boolean;
  /** True when a step of the plan, or of a plan within it, names a compensation. */
  readonly compensates: boolean;
  /** True when a step of the plan, or the work of its items, reuses outputs. */
  readonly caches: boolean;
  /** The triggers and schedules that start its runs. */
  readonly starts: LoadedStarts;
  /** The title and the attributes of its runs. */
  readonly labels: Labels;
  /** The same, as `advance` needs it. */
  readonly compiled: CompiledPlan;
}

interface CompiledPlan {
  readonly steps: readonly CompiledStep[];
  readonly byName: ReadonlyMap<string, CompiledStep>;
  readonly output: ReadScope;
}

export interface CompiledStep {
  readonly name: string;
  readonly step: PlanStep;
  readonly predecessors: readonly string[];
  readonly when: CompiledCondition | undefined;
  /** The input; for a review or signal what is shown, for a map its list, for a loop what it starts with. */
  readonly input: ReadScope;
  /** The inputs of its fallbacks, in order; what they read as `failure` is given beside what is known. */
  readonly fallbackInputs: readonly ReadScope[];
  /** Computes the stand-in output from the failure. */
  readonly give: ReadScope | undefined;
  /** Computes the value by which outputs are reused; undefined where the input is that value. */
  readonly cacheKey: ReadScope | undefined;
  /** Something else is called `failure` there. */
  readonly isShadowed: boolean;
  /** Successors that are handed off. */
  readonly next: readonly CompiledStep[];
  readonly isHandedOff: boolean;
  readonly carries: readonly string[];
  /** The work for each of its items, for a chunk of them, or in each branch. */
  readonly item: CompiledStep | undefined;
  readonly chunk: CompiledStep | undefined;
  readonly branches: ReadonlyMap<string, CompiledStep>;
  readonly undo: CompiledStep | undefined;
  /** The condition that ends a loop. */
  readonly until: CompiledCondition | undefined;
  /** The names that it reads: steps, `input`, and given values. */
  readonly needs: ReadonlySet<string>;
}

/** Checks a plan and makes it ready. Throws a PlanError that names the step. Slow (milliseconds): load once, keep by hash. */
export function loadPlan(given: unknown): LoadedPlan {
  const plan = parsed(given);
  return compilePlan(plan, hashOf(plan));
}

function compilePlan(plan: Plan, hash: string): LoadedPlan {
  for (const from of Object.values(plan.steps).flatMap((step) => fromOf(step) ?? [])) loadSource(from);
  const graph = graphOf(plan);
  const steps = compileSteps(plan, graph);
  linkHandOffs(steps);
  const compiled = { steps, byName: new Map(steps.map((step) => [step.name, step])), output: compileOutput(plan) };
  const successors = new Map(graph.order.map((name): [string, string[]] => [name, []]));
  for (const step of steps) for (const before of step.predecessors) successors.get(before)?.push(step.name);
  const children = new Map<string, LoadedPlan>();
  const child = (name: string): LoadedPlan => {
    const way = wayTo(compiled, name);
    let found = children.get(way);
    const inner = () => (name === HANDLER ? handlerPlan(plan) : planOf(compiled, name));
    if (!found) children.set(way, (found = compilePlan(inner(), `${hash}/${way}`)));
    return found;
  };
  if (plan.onFailure?.handler) child(HANDLER);
  for (const { name, step, item, branches } of steps) {
    if ((item?.step ?? step).kind === 'run') child(name);
    for (const branch of branches.values()) child(branch.name);
  }
  return {
    hash,
    plan,
    order: graph.order,
    compensates: compensates(plan),
    caches: steps.some(({ step, item }) => isCached(step) || (item !== undefined && isCached(item.step))),
    starts: loadStarts(plan.starts ?? {}),
    labels: loadLabels(plan),
    compiled,
    step: (name) => stepOf(compiled, name).step,
    child,
    successors: (name) => successors.get(stepOf(compiled, name).name) ?? [],
    carries: (name) => stepOf(compiled, name).carries,
    isHandedOff: (name) => compiled.byName.get(name)?.isHandedOff ?? false,
  };
}

/** A step, what is done for an item or a chunk of one, or what undoes it: where that is not named it is for the run that did it. */
export function stepOf(plan: CompiledPlan, name: string): CompiledStep {
  const undone = undoneBy(name);
  const done = undone === undefined ? undefined : stepOf(plan, undone);
  if (done) return done.undo ?? done;
  const item = itemOf(name);
  const base = plan.byName.get(item?.step ?? name);
  const step = item ? (base?.branches.get(item.key) ?? (rangeOf(item.key) ? base?.chunk : base?.item)) : base;
  if (!step) throw new PlanError('UNKNOWN_STEP', `the plan has no step "${name}"`, name);
  return step;
}

/** The names, in references, of the plan of a step's run or of its items' (`embed`), that of a map's chunks (`embed[-]`), and those of branches (`fastest[a]`). */
function wayTo(compiled: CompiledPlan, name: string): string {
  const item = itemOf(name);
  if (!item || compiled.byName.get(item.step)?.branches.has(item.key)) return name;
  return item.step + (rangeOf(item.key) ? '[-]' : '');
}

function planOf(compiled: CompiledPlan, name: string): Plan {
  const found = stepOf(compiled, name);
  const { step } = found.item ?? found;
  if (step.kind !== 'run') throw new PlanError('UNKNOWN_STEP', 'no run of its own does its work', name);
  return step.plan;
}

const isCached = (step: PlanStep): boolean => step.kind === 'stage' && step.cache !== undefined;

/** Returns the names that only an item's work can read. */
const namesOf = (step: PlanStep): readonly string[] =>
  step.kind === 'map' || step.kind === 'loop' ? [step.as, `${step.as}Index`] : [];

function parsed(given: unknown): Plan {
  const { data, error } = Plan.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  const step = issue?.path[0] === 'steps' ? issue.path[1] : undefined;
  const what = `the plan is not valid at /${issue?.path.join('/')}: ${issue?.message}`;
  throw new PlanError('INVALID_PLAN', what, step === undefined ? undefined : String(step));
}

type Building = CompiledStep & {
  next: CompiledStep[];
  isHandedOff: boolean;
  carries: readonly string[];
};

function compileSteps(plan: Plan, { order, ancestors, predecessors }: Graph): Building[] {
  const known = namesAround(plan);
  const compileStep = stepCompiler(plan, order);
  return order.map((name) => {
    const step = compileStep(name);
    for (const need of step.needs) {
      if (!known.has(need) && !ancestors.has(name, need)) throw notBefore(plan, need, name);
    }
    return { ...step, predecessors: predecessors.get(name) ?? [] };
  });
}

const namesAround = ({ given = [] }: Plan): ReadonlySet<string> => new Set([INPUT, ...given]);

/** Returns the names that a step reads, whatever it waits for: steps, `input`, and given values; those of its condition come last. Throws a PlanError. */
export function readsOf(plan: Plan): (name: string) => readonly string[] {
  const compileStep = stepCompiler(plan, Object.keys(plan.steps));
  return (name) => [...compileStep(name).needs];
}

/** All that can be read somewhere. */
type Names = Pick<ReadonlySet<string>, 'has'>;

/** Compiles a step by itself: what waits for what comes later. */
function stepCompiler(plan: Plan, names: readonly string[]): (name: string) => Building {
  const known = namesAround(plan);
  const around = new Set([...known, ...names]);
  const conditionOf = conditionsOver(around);
  return (name) => {
    const step = present(plan.steps[name], `step "${name}"`);
    if (step.kind === 'stage') refuseCompensated(name, step);
    const when = step.when === undefined ? undefined : conditionOf(step.when, name);
    const own = namesOf(step);
    const all: Names = { has: (name) => own.includes(name) || around.has(name) };
    const compiled = compiledWork(name, step, all);
    const item = 'work' in step ? compiledWork(name, { ...step.work, predecessors: [] }, all) : undefined;
    const branches = new Map(
      Object.entries(step.kind === 'race' ? step.branches : {}).map(([key, work]) => [
        key,
        compiledWork(itemName(name, key), { ...work, predecessors: [] }, all),
      ]),
    );
    const until = step.kind === 'loop' ? conditionsOver(namedIn(step.until, all))(step.until, name) : undefined;
    const undoing = undoStep(step);
    const undo = undoing && compiledWork(undoName(name), undoing, all);
    const undoReads = [...(undo?.needs ?? [])].filter((need) => need !== name);
    const within = [item, ...branches.values(), until].flatMap((one) => [...(one?.needs ?? [])]);
    const outer = within.filter((need) => !own.includes(need));
    const needs = new Set([...compiled.needs, ...outer, ...undoReads, ...(when?.needs ?? [])]);
    const chunk =
      step.kind === 'map'
        ? compiledWork(name, chunkStep(name, step, { pipeline: plan.pipeline, needs: outer }), all)
        : undefined;
    return { ...compiled, when, item, chunk, branches, undo, until, needs };
  };
}

/** The names that a condition may mean. */
const namedIn = (text: string, names: Names): readonly string[] =>
  (text.match(/[\w$]+/g) ?? []).filter((name) => names.has(name));

/** Compiles the work of a step or an item by itself. `names` are all that can be read there. */
function compiledWork(name: string, step: PlanStep, names: Names): Building {
  const input = mappingOf(step);
  const fallbacks = step.kind === 'stage' ? fallbacksOf(step).map((one) => one.input) : [];
  const cacheKey = step.kind === 'stage' ? step.cache?.key : undefined;
  const give = step.onFailure && 'give' in step.onFailure ? step.onFailure.give : undefined;
  const given = step.kind === 'run' ? (step.plan.given ?? []) : [];
  const ofFailing = needsOf([...fallbacks, give], name).filter((need) => need !== FAILURE || names.has(need));
  const needs = new Set([
    ...needsOf([input, ...recipientsOf(step), fromOf(step)?.on, cacheKey], name),
    ...ofFailing,
    ...given,
  ]);
  return {
    name,
    step,
    predecessors: [],
    when: undefined,
    input: compileMapping(input ?? null),
    fallbackInputs: fallbacks.map(compileMapping),
    give: give === undefined ? undefined : compileMapping(give),
    cacheKey: cacheKey === undefined ? undefined : compileMapping(cacheKey),
    isShadowed: names.has(FAILURE),
    next: [],
    isHandedOff: false,
    carries: [],
    item: undefined,
    chunk: undefined,
    branches: new Map(),
    undo: undefined,
    until: undefined,
    needs,
  };
}

function notBefore(plan: Plan, need: string, step: string): PlanError {
  return Object.hasOwn(plan.steps, need)
    ? new PlanError('NOT_BEFORE', `it reads "${need}", which need not have ended when it begins`, step)
    : new PlanError('UNKNOWN_STEP', `it reads "${need}", which does not exist`, step);
}

function compileOutput(plan: Plan): ReadScope {
  for (const from of needsOf([plan.output])) {
    if (from === INPUT || plan.given?.includes(from) || Object.hasOwn(plan.steps, from)) continue;
    throw new PlanError('UNKNOWN_STEP', `the pipeline's output reads "${from}", which does not exist`);
  }
  return compileMapping(plan.output);
}

/** Says which steps are handed off and what travels for them: from the last step to the first, each adds to what those below it need. */
function linkHandOffs(steps: readonly Building[]): void {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const step of [...steps].reverse()) {
    const [only, another] = step.predecessors;
    const before = only === undefined || another !== undefined ? undefined : byName.get(only);
    // They were found from the last to the first.
    step.next.reverse();
    // The coordinator looks for the output of a cached step, so no stage hands that step on.
    const isByStage = step.step.kind === 'stage' && !isCached(step.step);
    const from = isByStage && before?.step.kind === 'stage' ? before : undefined;
    step.isHandedOff = from !== undefined;
    const below = step.next.flatMap((next) => [...next.carries, ...next.needs]);
    step.carries = [...new Set(below)].filter((name) => name !== step.name);
    from?.next.push(step);
  }
}
