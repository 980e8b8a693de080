import { present } from '@millrace/contracts';
import { isDeepStrictEqual } from 'node:util';
import { type Condition, not, or } from '../authoring/conditions.js';
import { caseName, OTHERWISE } from '../steps/constructs.js';
import type { Mapping } from '../plan/plan-mapping.js';
import type { Plan, PlanStep } from '../plan/plan.js';
import { asCondition, mappingText } from './mapping-text.js';
import type { Text } from './reader.js';

type Steps = Plan['steps'];
/** Writes a step by itself. */
type StepText = (name: string, step: PlanStep) => Text;

/**
 * Steps by name, those that a switch is made of as that switch. Whether reading gives the same again is for the caller to try: what only looks like a switch
 * may not.
 */
export function stepsText(steps: Steps, textOf: StepText): Text {
  const taken = new Set<string>();
  const choices = new Map<string, Text>();
  // What is outermost stands after what is within it.
  for (const [name, step] of Object.entries(steps).reverse()) {
    const found = taken.has(name) ? undefined : choiceIn(name, step, steps);
    if (!found) continue;
    const { on, cases } = found;
    for (const one of cases) for (const own of Object.keys(one.steps)) taken.add(own);
    const texts = cases.map((one): [string, Text] => [
      one.label ?? OTHERWISE,
      caseText(caseName(name, one.label ?? OTHERWISE), one, textOf),
    ]);
    const otherwise = cases.at(-1)?.label === undefined ? texts.pop()?.[1] : undefined;
    choices.set(name, { choose: on, cases: Object.fromEntries(texts), ...(otherwise && { otherwise }) });
  }
  const rest = Object.entries(steps).filter(([name]) => !taken.has(name));
  return Object.fromEntries(rest.map(([name, step]) => [name, choices.get(name) ?? textOf(name, step)]));
}

interface Case {
  /** The label of the case; undefined for the one that is taken where no other holds. */
  readonly label: string | undefined;
  /** Its steps, without its condition. */
  readonly steps: Steps;
  readonly output: Mapping;
}

/** A step that has what one of several steps gives, each of which is wanted where the same is something else. */
function choiceIn(name: string, step: PlanStep, steps: Steps): { on: string; cases: readonly Case[] } | undefined {
  if (step.kind !== 'value' || step.when !== undefined) return undefined;
  const outputs = outputsOf(step.value);
  const conditions = outputs.map((output) => steps[output[0]]?.when ?? '');
  const equalities = conditions.map((text) => EQUALITY.exec(text));
  const on = equalities[0]?.[1];
  if (on === undefined) return undefined;
  const labels = equalities.map((found) => (found?.[1] === on ? (JSON.parse(found[2] ?? '""') as string) : undefined));
  if (labels.slice(0, -1).includes(undefined)) return undefined;
  const tests = labels.flatMap((label) =>
    label === undefined ? [] : [conditionOf(`${on} == ${JSON.stringify(label)}`)],
  );
  const none = not(or(present(tests[0], 'test of a case'), ...tests.slice(1)));
  const cases = outputs.map((output, i) => {
    const own = guardedBy((tests[i] ?? none).within('and'), steps);
    return { label: labels[i], steps: neededBy(output[0], own, steps), output: { $ref: output } };
  });
  return { on, cases };
}

const EQUALITY = /^(.+?) == ("(?:[^"\\]|\\.)*")(?= && |$)/;
const conditionOf = (text: string): Condition => asCondition(text, [], () => undefined);

function outputsOf(value: Mapping): readonly [string, ...(string | number)[]][] {
  const parts = ((value as { $orElse?: readonly Mapping[] } | null)?.$orElse ?? [value]) as readonly ({
    $ref?: never;
  } | null)[];
  const paths = parts.map((part) => part?.$ref);
  return paths.every((path) => path !== undefined) ? paths : [];
}

/** The steps with a condition, without it. */
function guardedBy(condition: string, steps: Steps): Steps {
  const before = `${condition} && `;
  return Object.fromEntries(
    Object.entries(steps).flatMap(([name, step]) => {
      const { when, ...rest } = step;
      if (when === condition) return [[name, rest as PlanStep]];
      return when?.startsWith(before) ? [[name, { ...rest, when: alone(when.slice(before.length)) } as PlanStep]] : [];
    }),
  );
}

/** Removes the parentheses that it has only as a part of another. */
function alone(condition: string): string {
  const inner = condition.slice(1, -1);
  return condition.startsWith('(') && conditionOf(inner).within('and') === condition ? inner : condition;
}

/** Returns the steps of a case that its output needs and that nothing outside waits for. */
function neededBy(output: string, own: Steps, all: Steps): Steps {
  const needed = new Set<string>([output]);
  for (const name of needed) for (const before of own[name]?.predecessors ?? []) if (before in own) needed.add(before);
  const isReadBy = (name: string) => Object.keys(all).filter((other) => all[other]?.predecessors.includes(name));
  for (const name of Object.keys(own).reverse())
    if (isReadBy(name).every((other) => needed.has(other))) needed.add(name);
  return Object.fromEntries(Object.entries(own).filter(([name]) => needed.has(name)));
}

function caseText(name: string, { steps, output }: Case, textOf: StepText): Text {
  const { [name]: given, ...others } = steps;
  const isGiven = isDeepStrictEqual(output, { $ref: [name] }) && given !== undefined;
  if (isGiven && Object.keys(others).length === 0) return stepsText(steps, textOf)[name] as Text;
  if (isGiven && given.kind === 'value' && given.when === undefined)
    return { steps: stepsText(others, textOf), output: mappingText(given.value) };
  const texts = stepsText(steps, textOf);
  const isAlone = isGiven && Object.keys(texts).length === 1;
  return isAlone ? (texts[name] as Text) : { steps: texts, output: mappingText(output) };
}
