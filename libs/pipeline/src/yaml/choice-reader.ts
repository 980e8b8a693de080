import { present } from '@millrace/contracts';
import { type Condition, not, or } from '../authoring/conditions.js';
import { allOf } from '../authoring/conditions.js';
import { caseName, OTHERWISE } from '../steps/constructs.js';
import { asCondition, readMapping } from './mapping-text.js';
import type { YamlPath } from './yaml-path.js';
import { isText, type YamlReading, type Text, wrong } from './reader.js';
import { type DraftStep, readStep } from './step-reader.js';

interface Written {
  readonly name: string;
  readonly text: unknown;
  readonly at: YamlPath;
}

/** Within which cases something is written, and what can be read there. */
interface Within {
  readonly guards: readonly Condition[];
  readonly reading: YamlReading;
}

/** The fields of a switch, and of a case that is more than a step. */
export const CHOICE = ['choose', 'cases', OTHERWISE];
const CASE = ['steps', 'output'];

/** Steps by name. A switch is, as in TypeScript, the steps of its cases, each with its case's condition, and one that has what the case gives. */
export function readSteps(steps: readonly Written[], reading: YamlReading): ReadonlyMap<string, DraftStep | undefined> {
  const drafts = new Map<string, DraftStep | undefined>();
  for (const { name, text, at, guards, reading: own } of steps.flatMap((step) =>
    unfolded(step, { guards: [], reading }),
  )) {
    if (drafts.has(name)) wrong(`there are two steps "${name}"`, at, reading);
    const draft = readStep(name, { text, at }, own);
    drafts.set(name, draft && guards.length > 0 ? guardedBy(guards, draft, own) : draft);
  }
  return drafts;
}

function guardedBy(guards: readonly Condition[], { step, ...draft }: DraftStep, { problems }: YamlReading): DraftStep {
  const { when } = step;
  const report = problems.push.bind(problems);
  const own = typeof when === 'string' ? asCondition(when, draft.at, report) : undefined;
  return { ...draft, step: { ...step, when: allOf([...guards, own])?.text } };
}

function unfolded(step: Written, within: Within): readonly (Written & Within)[] {
  const { name, text, at } = step;
  if (!isText(text) || !('choose' in text)) return [{ ...step, ...within }];
  const { guards, reading } = within;
  const cases = casesOf(text, step, reading).map(({ condition, ...one }) =>
    unfoldedCase(one, { guards: [...guards, condition], reading }),
  );
  const outputs = cases.map(({ output }) => output);
  const value = outputs.length === 1 ? outputs[0] : { $orElse: outputs };
  const known = knowing(
    reading,
    cases.flatMap(({ own }) => own),
  );
  return [...cases.flatMap(({ steps }) => steps), { name, text: { value }, at, guards, reading: known }];
}

/** The cases with their conditions, `otherwise` last. */
function casesOf(
  text: Text,
  { name, at }: Written,
  reading: YamlReading,
): readonly (Written & { condition: Condition })[] {
  const { choose, cases, otherwise } = text;
  for (const key of Object.keys(text).filter((key) => !CHOICE.includes(key)))
    reading.problems.push({
      at: [...at, key],
      what: `there is no "${key}" here: there is ${CHOICE.join(', ')}`,
      isKey: true,
    });
  if (typeof choose !== 'string')
    return wrong('what is chosen by is CEL, e.g. classify.label', [...at, 'choose'], reading) ?? [];
  if (!isText(cases) || Object.keys(cases).length === 0)
    return wrong('"cases" has to have steps by the values that they are for', [...at, 'cases'], reading) ?? [];
  const report = reading.problems.push.bind(reading.problems);
  const all = Object.entries(cases).map(([value, text]) => {
    const condition = asCondition(`${choose} == ${JSON.stringify(value)}`, [...at, 'choose'], report);
    return { name: caseName(name, value), text, at: [...at, 'cases', value], condition };
  });
  if (otherwise === undefined) return all;
  const [first, ...rest] = all.map(({ condition }) => condition);
  const none = not(or(present(first, 'case'), ...rest));
  return [...all, { name: caseName(name, OTHERWISE), text: otherwise, at: [...at, OTHERWISE], condition: none }];
}

interface Case {
  readonly steps: readonly (Written & Within)[];
  /** The output. */
  readonly output: unknown;
  /** The steps of its own that that may be read of. */
  readonly own: readonly string[];
}

/** A step, or steps and what the case gives. */
function unfoldedCase(one: Written, { guards, reading }: Within): Case {
  const { name, text, at } = one;
  if (!isText(text) || !('steps' in text))
    return { steps: unfolded(one, { guards, reading }), output: `$${name}`, own: [name] };
  const { steps, output } = text;
  const unknown = Object.keys(text).find((key) => !CASE.includes(key));
  if (!isText(steps) || output === undefined || unknown !== undefined) {
    wrong('a case has a step, or "steps" by name and their "output", and nothing else', at, reading);
    return { steps: [], output: null, own: [] };
  }
  const own = Object.keys(steps);
  const within = { guards, reading: knowing(reading, own) };
  const inner = Object.entries(steps).flatMap(([name, text]) =>
    unfolded({ name, text, at: [...at, 'steps', name] }, within),
  );
  // What a step of the case gives is there in this case alone; anything else becomes so.
  if (isPartOf(output, own)) return { steps: inner, output, own };
  const given = { name, text: { value: output }, at: [...at, 'output'], ...within };
  return { steps: [...inner, given], output: `$${name}`, own: [name] };
}

function isPartOf(output: unknown, steps: readonly string[]): boolean {
  const mapping = readMapping(output, [], { names: undefined, report: () => undefined }) as { $ref?: unknown } | null;
  return Array.isArray(mapping?.$ref) && steps.includes(String(mapping.$ref[0]));
}

const knowing = (reading: YamlReading, names: readonly string[]): YamlReading => ({
  ...reading,
  scope: { ...reading.scope, names: reading.scope.names.with(names) },
});
