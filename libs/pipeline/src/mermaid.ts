import type { Plan, PlanStep } from './plan.js';

/** A plan as a Mermaid flowchart: stages are boxes, reviews and signals hexagons; an arrow to a step that may be skipped is dotted and says when it is wanted. */
export function mermaid(plan: Plan): string {
  const steps = Object.entries(plan.steps);
  const waitedFor = new Set(steps.flatMap(([, { predecessors }]) => predecessors));
  const nodes = steps.map(([name, step]) => `  ${idOf(name)}${shapeOf(name, step)}`);
  const edges = steps.flatMap(([name, { predecessors, when }]) => {
    const arrow = when === undefined ? '-->' : `-.->|"${escaped(when)}"|`;
    const from = predecessors.length > 0 ? predecessors.map(idOf) : [START];
    return from.map((before) => `  ${before} ${arrow} ${idOf(name)}`);
  });
  const ends = steps.filter(([name]) => !waitedFor.has(name)).map(([name]) => `  ${idOf(name)} --> ${END}`);
  return [
    'flowchart TD',
    `  ${START}(["${escaped(plan.pipeline)}"])`,
    ...nodes,
    `  ${END}(["output"])`,
    ...edges,
    ...ends,
    '',
  ].join('\n');
}

const START = 'start_';
const END = 'end_';

/** Some names (`end`, `graph`) are words of Mermaid's. */
const idOf = (step: string): string => `step_${step}`;

function shapeOf(name: string, step: PlanStep): string {
  if (step.kind !== 'stage') return `{{"${name} (${step.kind})"}}`;
  return step.stage === name ? `["${name}"]` : `["${name} (${escaped(step.stage)})"]`;
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll('|', '#124;');
