import { fallbacksOf } from './fallbacks.js';
import type { Plan, PlanStep, Recipient, StageStep, Work } from './plan.js';

/**
 * A plan as a Mermaid flowchart: stages are boxes, reviews and signals hexagons, values diamonds; what has a plan of its own is a box around that. An
 * arrow to a step that may be skipped is dotted and says when it is wanted. What undoes a step hangs on it by a circle, its fallbacks by a cross.
 */
export function mermaid(plan: Plan): string {
  const steps = Object.entries(plan.steps);
  const waitedFor = new Set(steps.flatMap(([, { predecessors }]) => predecessors));
  const ends = steps.filter(([name]) => !waitedFor.has(name)).map(([name]) => `  ${idOf(name)} --> ${END}`);
  return [
    'flowchart TD',
    `  ${START}(["${escaped(plan.pipeline)}"])`,
    ...nodesOf(plan, '').map(indented),
    `  ${END}(["output"])`,
    ...edgesOf(plan, '', START).map(indented),
    ...ends,
    ...handlerOf(plan),
    '',
  ].join('\n');
}

/** Draws the failure handler. */
function handlerOf({ onFailure }: Plan): string[] {
  if (!onFailure?.handler) return [];
  return [`  on_failure(["on failure: ${escaped(onFailure.handler.stage)}"])`, `  ${START} -.-x on_failure`];
}

const START = 'start_';
const END = 'end_';

/** Some names (`end`, `graph`) are words of Mermaid's. `within` are the steps around it. */
const idOf = (step: string, within = ''): string => `step_${within}${step}`;
const indented = (line: string): string => `  ${line}`;

function nodesOf({ steps }: Plan, within: string): string[] {
  return Object.entries(steps).flatMap(([name, step]) => {
    const id = idOf(name, within);
    const inner = plansIn(step).map((plan) => ({ plan, within: `${within}${name}_` }));
    const undo =
      'compensate' in step && step.compensate
        ? [`${id}_undo(["undo: ${escaped(step.compensate.stage)}"])`, `${id} -.-o ${id}_undo`]
        : [];
    const besides = [...undo, ...fallbackNodes(id, step)];
    if (inner.every(({ plan }) => Object.keys(plan.steps).length === 0))
      return [`${id}${shapeOf(name, step)}`, ...besides];
    const lines = inner.flatMap((one) => [...nodesOf(one.plan, one.within), ...edgesOf(one.plan, one.within)]);
    return [`subgraph ${id}["${labelOf(name, step)}"]`, ...lines.map(indented), 'end', ...besides];
  });
}

/** Draws the fallbacks of a step, one after the other. */
function fallbackNodes(id: string, step: PlanStep): string[] {
  const others = fallbacksOf(step as Pick<StageStep, 'fallback'>);
  return others.flatMap(({ stage, on }, i) => {
    const before = i === 0 ? id : `${id}_else${i}`;
    return [
      `${id}_else${i + 1}(["else: ${escaped(stage)}"])`,
      `${before} -.-x${on ? `|"${on.join(', ')}"|` : ''} ${id}_else${i + 1}`,
    ];
  });
}

function edgesOf({ steps }: Plan, within: string, start?: string): string[] {
  return Object.entries(steps).flatMap(([name, { predecessors, when }]) => {
    const arrow = when === undefined ? '-->' : `-.->|"${escaped(when)}"|`;
    const from = predecessors.map((before) => idOf(before, within));
    if (from.length === 0 && start !== undefined) from.push(start);
    return from.map((before) => `${before} ${arrow} ${idOf(name, within)}`);
  });
}

/** The plans of the runs that do a step's work; of a race with the branch in the names. */
function plansIn(step: PlanStep): readonly Plan[] {
  const of = (work: Work): readonly Plan[] => (work.kind === 'run' ? [work.plan] : []);
  switch (step.kind) {
    case 'run':
      return [step.plan];
    case 'map':
    case 'loop':
      return of(step.work);
    case 'race':
      return Object.entries(step.branches).map(([key, { plan }]) => ({
        ...plan,
        steps: Object.fromEntries(
          Object.entries(plan.steps).map(([inner, one]) => [
            `${key}_${inner}`,
            { ...one, predecessors: one.predecessors.map((before) => `${key}_${before}`) },
          ]),
        ),
      }));
    default:
      return [];
  }
}

function shapeOf(name: string, step: PlanStep): string {
  const label = labelOf(name, step);
  if (step.kind === 'review' || step.kind === 'signal') return `{{"${label}"}}`;
  if (step.kind === 'value') return `{"${label}"}`;
  return step.kind === 'stage' ? `["${label}"]` : `[["${label}"]]`;
}

function labelOf(name: string, step: PlanStep): string {
  const of = (stage: string): string => (stage === name ? '' : escaped(stage));
  const about = (): string => {
    switch (step.kind) {
      case 'stage':
        return of(step.stage);
      case 'map':
        return ['for each item', step.work.kind === 'stage' && of(step.work.stage)].filter(Boolean).join(': ');
      case 'loop':
        return `until ${escaped(step.until)}, at most ${step.max} rounds`;
      case 'race':
        return 'the first counts';
      case 'run':
        return escaped(step.plan.pipeline);
      case 'value':
        return '';
      case 'signal':
        return ['signal', step.from && escaped(step.from.topic)].filter(Boolean).join(' from ');
      case 'review':
        return ['review', recipientOf(step.to)].filter(Boolean).join(' by ');
      default:
        return step.kind;
    }
  };
  const said = about();
  return said === '' ? name : `${name} (${said})`;
}

/** Returns the recipient that the plan names; one that a run's values name is known in the run alone. */
function recipientOf(to: Recipient | undefined): string {
  const [name] = Object.values(to ?? {}) as unknown[];
  return typeof name === 'string' ? escaped(name) : '';
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll('|', '#124;');
