import type { StageSchemas } from '@millrace/contracts';
import { type ConditionPath, pathsIn } from '../authoring/condition-paths.js';
import { fallbacksOf } from './fallbacks.js';
import { INPUT } from '../authoring/names.js';
import type { Mapping, Plan, PlanStep, Work } from './plan.js';
import { mappingOf } from '../authoring/reads.js';
import { escaped, isSchemaObject } from '../schemas/subschemas.js';
import {
  absence,
  Budget,
  oneOf,
  type ShapeLookup,
  type Shape,
  shapeAt,
  shapeOf,
  typesOf,
  UNKNOWN,
} from '../schemas/shape.js';
import { type Unfit, unfit } from '../schemas/shape-fit.js';

/** A place where a plan does not fit the contract of a stage. Pointers lead into the plan. */
export interface ContractMisfit extends Unfit {
  /** The step; of a plan within a plan, `<step>/<step within>`. */
  readonly step: string;
}

/** The contracts that are known, by stage. They have to be usable schemas. */
export type KnownContracts = ReadonlyMap<string, StageSchemas>;

/**
 * Says where the steps of a plan give their stages what these do not take, or read of them what they do not give: with `never` where that
 * is so whatever happens, without it where it depends on the run. Stages whose contract is not known fit.
 */
export function contractMisfits(plan: Plan, contracts: KnownContracts): readonly ContractMisfit[] {
  const around: Around = { contracts, budget: new Budget(), outer: () => UNKNOWN, way: [], pointer: '' };
  return misfitsIn(plan, around).slice(0, MOST);
}

const MOST = 100;

interface Around {
  readonly contracts: KnownContracts;
  readonly budget: Budget;
  /** The names that a plan within another can read from the outer one. */
  readonly outer: ShapeLookup;
  readonly way: readonly string[];
  readonly pointer: string;
}

/** Work of one step: its names and where it stands. */
interface At extends Around {
  readonly names: ShapeLookup;
  readonly step: string;
}

function misfitsIn(plan: Plan, around: Around): readonly ContractMisfit[] {
  const names = namesIn(plan, around);
  const found = Object.entries(plan.steps).flatMap(([name, step]) => {
    const at = { names, step: [...around.way, name].join('/'), pointer: `${around.pointer}/steps/${name}` };
    return misfitsOfStep(step, { ...around, ...at });
  });
  const at = { ...around, names, step: around.way.join('/') };
  const handler = plan.onFailure?.handler;
  // What it reads of steps is there or not, as far as the run has come.
  const handling = handler ? asked(handler, { ...at, pointer: `${around.pointer}/onFailure/handler` }) : [];
  return [
    ...found,
    ...misread(plan.output, { ...at, pointer: `${around.pointer}/output` }),
    ...handling.filter(({ never }) => never),
  ];
}

function misfitsOfStep(step: PlanStep, at: At): readonly ContractMisfit[] {
  const own = step.kind === 'map' || step.kind === 'loop' ? [step.as, `${step.as}Index`] : [];
  const inner: At = { ...at, names: (name) => (own.includes(name) ? UNKNOWN : at.names(name)) };
  const undo = 'compensate' in step ? step.compensate : undefined;
  return [
    ...misfitsOfCondition(step.when, { ...at, pointer: `${at.pointer}/when` }),
    ...(step.kind === 'loop' ? misfitsOfCondition(step.until, { ...inner, pointer: `${at.pointer}/until` }) : []),
    ...misfitsOfWork(step, at),
    ...(undo ? asked(undo, { ...at, pointer: `${at.pointer}/compensate` }) : []),
    ...('work' in step ? misfitsOfWork(step.work, { ...inner, pointer: `${at.pointer}/work` }) : []),
    ...(step.kind === 'race'
      ? Object.entries(step.branches).flatMap(([key, branch]) =>
          misfitsOfWork(branch, { ...at, step: `${at.step}/${key}`, pointer: `${at.pointer}/branches/${key}` }),
        )
      : []),
  ];
}

function misfitsOfWork(work: PlanStep | Work, at: At): readonly ContractMisfit[] {
  if (work.kind === 'stage') {
    const { fallback } = work;
    const others = fallbacksOf(work).map((one, i) =>
      asked(one, { ...at, pointer: `${at.pointer}/fallback${Array.isArray(fallback) ? `/${i}` : ''}` }),
    );
    return [...asked(work, at), ...others.flat()];
  }
  const read = misread(mappingOf(work as PlanStep), {
    ...at,
    pointer: `${at.pointer}/${FIELDS[work.kind] ?? 'input'}`,
  });
  if (work.kind !== 'run') return read;
  const within = { ...at, outer: at.names, way: at.step.split('/'), pointer: `${at.pointer}/plan` };
  return [...read, ...misfitsIn(work.plan, within)];
}

const FIELDS: Readonly<Record<string, string>> = {
  map: 'over',
  loop: 'start',
  value: 'value',
  review: 'show',
  signal: 'show',
};

/** Returns the misfits of a stage's input. */
function asked({ stage, input }: { stage: string; input: Mapping }, at: At): readonly ContractMisfit[] {
  const place = { ...at, pointer: `${at.pointer}/input` };
  const read = misread(input, place);
  const contract = at.contracts.get(stage);
  if (!contract || read.length > 0) return read;
  const found = unfit(shapeOf(input, at.names, at.budget), contract.input, at.budget);
  return found.map((one) => ({ ...one, step: at.step, pointer: place.pointer + one.pointer }));
}

/** Returns the reads of a condition that can find nothing: the object's schema has no such field and allows no others. */
function misfitsOfCondition(condition: string | undefined, at: At): readonly ContractMisfit[] {
  if (condition === undefined) return [];
  return pathsIn(condition).flatMap((path) => {
    const why = absence(shapeAt(path, at.names, at.budget));
    // A condition may test for null before it reads a field of it.
    return why === undefined || leadsThroughNull(path, at) ? [] : [misreading(path, why, at)];
  });
}

const leadsThroughNull = ([from, ...path]: ConditionPath, { names, budget }: At): boolean =>
  path.some((_, i) => isNull(shapeAt([from, ...path.slice(0, i)], names, budget)));

function isNull(shape: Shape): boolean {
  if (shape.is === 'literal') return shape.value === null;
  return shape.is === 'schema' && isSchemaObject(shape.schema) && typesOf(shape.schema)?.join() === 'null';
}

const misreading = (path: readonly (string | number)[], why: string, { step, pointer }: At): ContractMisfit => ({
  step,
  pointer,
  detail: `reads ${path.join('.')}, and ${why}`,
  never: true,
});

/** References to what is not there, apart from those that say what happens instead. */
function misread(mapping: Mapping | undefined, at: At): readonly ContractMisfit[] {
  if (mapping === undefined || mapping === null || typeof mapping !== 'object') return [];
  const entries = Object.entries(mapping) as [string, Mapping][];
  const [key, operand] = (entries.length === 1 && entries[0]) || [];
  if (key === '$literal' || key === '$orElse') return [];
  if (key !== '$ref')
    return entries.flatMap(([name, field]) => misread(field, { ...at, pointer: `${at.pointer}/${escaped(name)}` }));
  const shape = shapeOf(mapping, at.names, at.budget);
  const why = absence(shape);
  if (why === undefined) return [];
  return [misreading(operand as unknown as readonly (string | number)[], why, at)];
}

const schemaShape = (schema: unknown): Shape => ({ is: 'schema', schema, root: schema });

/** Returns the shapes of the values that a plan's steps read, each found when it is first asked for. */
function namesIn(plan: Plan, { contracts, budget, outer }: Around): ShapeLookup {
  const known = new Map<string, Shape>();
  const names: ShapeLookup = (name) => {
    let shape = known.get(name);
    if (!shape) {
      known.set(name, UNKNOWN);
      known.set(name, (shape = find(name)));
    }
    return shape;
  };
  const find = (name: string): Shape => {
    if (plan.given?.includes(name)) return outer(name);
    if (name === INPUT) return schemaShape(plan.inputSchema);
    const step = Object.hasOwn(plan.steps, name) ? plan.steps[name] : undefined;
    if (!step || step.onFailure) return UNKNOWN;
    const shape = outputOf(step);
    if (step.when === undefined || shape.is === 'unknown') return shape;
    return { is: 'oneOf', options: [shape, { is: 'absent', why: `"${name}" may be skipped` }] };
  };
  const outputOf = (step: PlanStep): Shape => {
    if (step.kind === 'review' || step.kind === 'signal') return schemaShape(step.schema);
    if (step.kind === 'value') return shapeOf(step.value, names, budget);
    if (step.kind !== 'stage') return UNKNOWN;
    const options = [step, ...fallbacksOf(step)].map(({ stage }) => contracts.get(stage));
    if (!options.every((one) => one !== undefined)) return UNKNOWN;
    return oneOf(options.map(({ output }) => schemaShape(output)));
  };
  return names;
}
