import { present } from '@millrace/contracts';
import { isDeepStrictEqual } from 'node:util';
import { durationOf } from '../authoring/duration.js';
import { Ancestors, orderOf } from '../plan/graph.js';
import type { Mapping, Plan, PlanStep, Work } from '../plan/plan.js';
import { type Field, type Form, HEADS, type ObjectForm, SETTINGS, STARTS, STEPS, WORKS } from './forms.js';
import { stepsText } from './choice-writer.js';
import { givenOf, type Order, readsIn, type Scope, topScope } from './links.js';
import { mappingText } from './mapping-text.js';
import type { Text } from './reader.js';
import { schemaText } from './schema-text.js';
import { fieldsOf, isStageWork } from './step-reader.js';

/** A plan as people would write it: `readDocument` makes the same plan of it. */
export function documentOf(plan: Plan, { withChoices }: { withChoices: boolean }): Text {
  const { starts, pipeline } = plan;
  const scope = { ...topScope(pipeline), withChoices };
  return { pipeline, ...planText(plan, scope, fieldsText(STARTS.fields, { ...starts }, { scope, step: '' })) };
}

/** The scope around a part, and whether switches are written as such. */
interface Around extends Scope {
  readonly withChoices: boolean;
}

function planText(plan: Plan, scope: Around, starts: Text = {}): Text {
  const { pipeline, output, ...settings } = fieldsText(SETTINGS, plan, { scope, step: '' });
  const inner = { ...scope, names: scope.names.with(Object.keys(plan.steps)), own: [] };
  const reads = readsIn(plan, scope, () => undefined);
  const orders = ordersOf(plan, reads);
  const textOf = (name: string, step: PlanStep): Text => ({ ...stepText(name, step, inner), ...orders.get(name) });
  const isGiven = plan.given && !isDeepStrictEqual(plan.given, givenOf(plan, reads, scope));
  return {
    ...(pipeline !== scope.pipeline && { pipeline }),
    ...settings,
    ...starts,
    ...(isGiven && { given: plan.given }),
    steps: scope.withChoices ? stepsText(plan.steps, textOf) : mapped(plan.steps, (step, name) => textOf(name, step)),
    ...(output !== undefined && { output }),
  };
}

const mapped = <T>(values: Readonly<Record<string, T>>, select: (value: T, name: string) => unknown): Text =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, select(value, name)]));

/** Returns the order that has to be written: nothing where it follows from what the steps read. */
function ordersOf({ steps }: Plan, reads: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, Text> {
  const waits = new Map(Object.entries(steps).map(([name, step]) => [name, step.predecessors]));
  const ancestors = new Ancestors(waits, orderOf(waits));
  const waitsFor = (name: string, { after = [] }: Order) =>
    ancestors.least([...new Set([...after, ...(reads.get(name) ?? []).filter((one) => reads.has(one))])]);
  return new Map(
    Object.entries(steps).map(([name, { predecessors }]): [string, Text] => {
      const isRight = (order: Order): boolean => isDeepStrictEqual(waitsFor(name, order), predecessors);
      if (isRight({})) return [name, {}];
      const read = waitsFor(name, {});
      const missing = predecessors.filter((before) => !read.includes(before));
      const after = [missing, predecessors].find((names) => isRight({ after: names }));
      return [name, after ? { after: after.length === 1 ? after[0] : after } : { predecessors }];
    }),
  );
}

/** Writes a step: its head, its condition, the rest, and last the work of an item. */
function stepText(name: string, step: PlanStep, scope: Around): Text {
  const { as } = step as { as?: string };
  const own = as === undefined ? [] : [as, `${as}Index`];
  const fields = fieldsOf(STEPS.of, step.kind);
  const head = HEADS[step.kind];
  const text = fieldsText(fields, step, { scope: { ...scope, own, names: scope.names.with(own) }, step: name });
  if (step.kind === 'map' && step.onFailure) {
    if (step.onItemFailure === 'fail') delete text['onItemFailure'];
    else text['onItemFailure'] = step.onItemFailure;
  }
  const { [head?.key ?? 'kind']: first = step.kind, when, do: work, ...rest } = text;
  return {
    [head?.key ?? 'kind']: first,
    ...(when !== undefined && { when }),
    ...rest,
    ...(work !== undefined && { do: work }),
  };
}

/** The scope of what is written, and the step that it belongs to; empty outside of steps. */
interface WithinStep {
  readonly scope: Around;
  readonly step: string;
}

/** Writes the fields that differ from their defaults. */
function fieldsText(fields: readonly Field[], value: object, within: WithinStep): Record<string, unknown> {
  const text: Record<string, unknown> = {};
  for (const { name, text: key, form, otherwise } of fields) {
    const found = (value as Readonly<Record<string, unknown>>)[name];
    if (found !== undefined && !isDeepStrictEqual(found, otherwise)) text[key] = write(form, found, within);
  }
  return text;
}

function write(form: Form, value: unknown, within: WithinStep): unknown {
  const { scope, step } = within;
  switch (form.is) {
    case 'mapping':
      return mappingText(value as Mapping);
    case 'schema':
      return schemaText(value);
    case 'duration':
      return durationOf(value as number);
    case 'condition':
    case 'plain':
      return value;
    case 'list':
      return (value as unknown[]).map((item) => write(form.of, item, within));
    case 'record':
      return mapped(value as Text, (item, name) => write(form.of, item, { scope, step: name }));
    case 'union':
      return write(
        present(form.of[form.types.findIndex((type) => type.safeParse(value).success)], 'form of the value'),
        value,
        within,
      );
    case 'object':
      return shortest(form, fieldsText(form.fields, value as object, within));
    case 'kinds': {
      const { [form.by]: kind } = value as Text;
      return {
        [form.by]: kind,
        ...fieldsText(present(form.of.get(String(kind)), `form of ${String(kind)}`).fields, value as object, within),
      };
    }
    case 'plan':
      return planText(value as Plan, { ...scope, ...topScope(scope.pipeline) });
    case 'work':
    case 'run':
      return workText(value as Work, scope, { name: step, isRun: form.is === 'run' });
  }
}

/** A value alone, where that is all there is to say. */
function shortest({ fields, short }: ObjectForm, text: Text): unknown {
  const key = fields.find(({ name }) => name === short)?.text;
  return key !== undefined && isDeepStrictEqual(Object.keys(text), [key]) && typeof text[key] !== 'object'
    ? text[key]
    : text;
}

/** The work of an item: a stage's work, a step alone, or steps. `name` is what a step alone is called. */
function workText(work: Work, scope: Around, { name, isRun }: { name: string; isRun: boolean }): Text {
  const text = fieldsText(fieldsOf(WORKS, work.kind), work, { scope, step: name });
  if (work.kind === 'stage' || !work.plan.given) return text;
  const { run: _, ...ofRun } = text;
  const body = { ...planText(work.plan, scope), ...ofRun };
  const only = aloneIn(body, name);
  return only && work.plan.steps[name]?.kind !== 'run' && (isRun || !isStageWork(only)) ? only : body;
}

/** The only step of a work that gives what it gives. */
function aloneIn({ steps, output, ...rest }: Text & { steps?: unknown }, name: string): Text | undefined {
  const [[key, only] = [], another] = Object.entries(steps as Readonly<Record<string, Text>>);
  return key === name && !another && output === `$${name}` && Object.keys(rest).length === 0 ? only : undefined;
}
