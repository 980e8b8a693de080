import { present } from '@millrace/contracts';
import { conditionChecker } from '../schemas/cel-types.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import { checkStepName, INPUT, isKebabName } from '../authoring/names.js';
import { PlanError } from '../plan/plan-error.js';
import { loadPlan } from '../plan/plan-model.js';
import { type Plan, type PlanStep, RetryPolicy } from '../plan/plan.js';
import { checkSchema } from '../schemas/check-schema.js';
import { readSteps } from './choice-reader.js';
import { SETTINGS, STARTS, WORKS } from './forms.js';
import { givenOf, predecessorsOf, readsIn, topScope, VisibleNames } from './links.js';
import type { YamlPath, YamlFault } from './yaml-path.js';
import { isText, readFields, type YamlReading, type Text, type DocumentPart, wrong } from './reader.js';
import { type DraftStep, fieldsOf, readStageWork } from './step-reader.js';

/** The plan of another file, by the path that is written. Throws what is wrong with it. */
export type LoadPlan = (path: string) => Plan;

/** The plan that a document stands for; or everything that is wrong with it. */
export function readDocument(text: unknown, load?: LoadPlan): { plan?: Plan; problems: readonly YamlFault[] } {
  const problems: YamlFault[] = [];
  const readWithin = (is: 'plan' | 'work' | 'run', { text, at }: DocumentPart, reading: YamlReading) => {
    if (is === 'plan') return readChild({ text, at }, reading, load);
    if (!isText(text)) return wrong('it has to have a stage, or steps and their output', at, reading);
    return (is === 'work' ? readStageWork(text, at, reading) : undefined) ?? readRun(text, at, reading);
  };
  const reading: YamlReading = { problems, scope: topScope(''), step: '', readSteps: readWithin };
  const plan = readTop(text, [], reading);
  if (!plan || problems.length > 0) return { problems };
  const loaded = attempt(() => loadPlan(plan).plan, [], reading);
  return loaded ? { plan: loaded, problems } : { problems };
}

function readTop(text: unknown, at: YamlPath, reading: YamlReading): Plan | undefined {
  if (!isText(text))
    return wrong('a pipeline has names and what they stand for: pipeline, input, steps, output', at, reading);
  const pipeline = String(text['pipeline']);
  if ('pipeline' in text && !isKebabName(pipeline))
    wrong(`"${pipeline}" is not a kebab-case name`, [...at, 'pipeline'], reading);
  const starting = { ...topScope(pipeline), names: new VisibleNames(['tick', 'record', 'items', INPUT]) };
  const own = STARTS.fields.filter((field) => field.text in text);
  const given = Object.fromEntries(own.map((field) => [field.text, text[field.text]]));
  const starts = readFields(own, given, { at, reading: { ...reading, scope: starting } });
  const plan = readPlan(text, at, {
    reading: { ...reading, scope: topScope(pipeline) },
    allowed: STARTS.fields.map((field) => field.text),
  });
  return plan && own.length > 0 ? { ...plan, starts } : plan;
}

/** A plan within another that has an input of its own: written here, or in a file. */
function readChild({ text, at }: DocumentPart, reading: YamlReading, load: LoadPlan | undefined): Plan | undefined {
  if (typeof text === 'string') {
    if (!load) return wrong('a file cannot be read from here: write the steps', at, reading);
    const { starts: _, ...plan } = load(text);
    return plan;
  }
  if (!isText(text)) return wrong('it has to have steps and their output, or be the path of a file', at, reading);
  const { pipeline } = reading.scope;
  return readPlan({ pipeline, ...text }, at, { reading: { ...reading, scope: topScope(pipeline) }, allowed: [] });
}

/** Reads the work of an item that is more than a stage's work: a run that reads from around it. */
function readRun(text: Text, at: YamlPath, reading: YamlReading): unknown {
  const fields = fieldsOf(WORKS, 'run');
  const ofRun = fields.map((field) => field.text);
  if ('run' in text && Object.keys(text).every((key) => ofRun.includes(key)))
    return { kind: 'run', ...readFields(fields, text, { at, reading }) };
  if (!('steps' in text)) return readAlone(text, at, reading);
  const { pipeline } = reading.scope;
  const rest = Object.fromEntries(Object.entries(text).filter(([key]) => ofRun.includes(key)));
  const body = Object.fromEntries(Object.entries(text).filter(([key]) => !ofRun.includes(key)));
  const plan = readPlan({ pipeline, ...body }, at, { reading, allowed: ['given'], isBody: true });
  const others = fields.filter(({ name }) => name !== 'plan' && name !== 'input');
  return { kind: 'run', plan, ...readFields(others, rest, { at, reading }) };
}

/** A step alone is a run of that step, which gives what it gives. */
function readAlone(text: Text, at: YamlPath, reading: YamlReading): unknown {
  const last = at.at(-1);
  const name = last === 'do' ? reading.step : String(last);
  const { problems } = reading;
  const before = problems.length;
  const drafts = readSteps([{ name, text, at }], { ...reading, scope: { ...reading.scope, own: [] } });
  if (problems.length > before) return undefined;
  const { pipeline } = reading.scope;
  const plan = linked({ pipeline, inputSchema: {}, output: { $ref: [name] } }, drafts, { at, reading, isBody: true });
  return { kind: 'run', plan, retry: RetryPolicy.parse({ maxAttempts: 1 }) };
}

interface Within {
  readonly reading: YamlReading;
  /** The keys that may stand beside the plan itself. */
  readonly allowed: readonly string[];
  /** It reads what is around it. */
  readonly isBody?: boolean;
}

function readPlan(text: Text, at: YamlPath, { reading, allowed, isBody = false }: Within): Plan | undefined {
  const { problems, scope } = reading;
  const before = problems.length;
  const steps = isText(text['steps']) ? text['steps'] : {};
  if (!isText(text['steps'])) wrong('"steps" has to have the steps by name', [...at, 'steps'], reading);
  const inner = { ...reading, scope: { ...scope, names: scope.names.with(Object.keys(steps)), own: [] } };
  const settings = readFields(SETTINGS, text, { at, reading: inner, allowed: ['steps', ...allowed] });
  const written = Object.entries(steps).map(([name, text]) => ({ name, text, at: [...at, 'steps', name] }));
  const drafts = readSteps(written, inner);
  for (const [name, draft] of drafts) attempt(() => checkStepName(name), draft?.at ?? at, inner);
  if (problems.length > before) return undefined;
  const given = text['given'] as readonly string[] | undefined;
  return linked({ ...settings, ...(given && { given }) } as Settings, drafts, { at, reading, isBody });
}

type Settings = Omit<Plan, 'format' | 'steps'>;

/** Says what each step waits for, and what a body takes from around it. */
function linked(
  settings: Settings,
  drafts: ReadonlyMap<string, DraftStep | undefined>,
  { at, reading, isBody }: { at: YamlPath; reading: YamlReading; isBody: boolean },
): Plan | undefined {
  const before = reading.problems.length;
  const failed = (error: PlanError): void => void reading.problems.push(problemOf(error, at, drafts));
  const steps = Object.fromEntries(
    [...drafts].map(([name, draft]) => [name, { ...draft?.step, predecessors: [] } as unknown as PlanStep]),
  );
  const plan: Plan = { format: 1, ...settings, steps };
  const reads = readsIn(plan, reading.scope, failed);
  if (reading.problems.length > before) return undefined;
  // Types are read out of the schema, which has to end for that.
  if (!isBody) attempt(() => checkSchema(plan.inputSchema, 'the schema of the input'), [...at, 'input'], reading);
  if (reading.problems.length > before) return undefined;
  if (!isBody) checkTypes(plan, failed);
  const orders = new Map([...drafts].map(([name, draft]) => [name, present(draft, `step "${name}"`).order]));
  const predecessors = attempt(() => predecessorsOf(reads, orders), at, reading);
  if (!predecessors) return undefined;
  const given = isBody ? (settings.given ?? givenOf(plan, reads, reading.scope)) : undefined;
  return {
    ...plan,
    ...(given && { given }),
    steps: Object.fromEntries(
      [...predecessors].map(([name, waits]) => [
        name,
        { ...present(steps[name], `step "${name}"`), predecessors: [...waits] },
      ]),
    ),
  };
}

/** Conditions against what is known of the input; what stages give is not known here. */
function checkTypes({ inputSchema, steps }: Plan, failed: (error: PlanError) => void): void {
  const open = Object.keys(steps).map((name): [string, JsonSchema] => [name, {}]);
  const check = conditionChecker(new Map([[INPUT, inputSchema as JsonSchema], ...open]));
  for (const [name, { when }] of Object.entries(steps)) {
    try {
      if (when !== undefined) check(when, name);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      failed(error);
    }
  }
}

/** A plan that is known to be whole, or nothing and what is wrong. */
function attempt<T>(work: () => T, at: YamlPath, reading: YamlReading): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    reading.problems.push(problemOf(error, at));
    return undefined;
  }
}

/** Returns the problem of a step that is at fault. */
function problemOf(
  { step, code, what }: PlanError,
  at: YamlPath,
  drafts?: ReadonlyMap<string, DraftStep | undefined>,
): YamlFault {
  if (step === undefined || code === 'BAD_START' || code === 'BAD_STEP_NAME') return { at, what, isKey: true };
  const [name = step] = step.split('[');
  const place = drafts?.get(name)?.at ?? [...at, 'steps', name];
  return code === 'BAD_CONDITION' ? { at: [...place, 'when'], what } : { at: place, what, isKey: true };
}
