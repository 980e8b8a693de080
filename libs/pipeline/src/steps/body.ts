import { present } from '@millrace/contracts';
import type { Builder } from '../authoring/builder.js';
import { conditionChecker } from '../schemas/cel-types.js';
import { conditionsOver } from '../authoring/compiled-condition.js';
import { Ancestors, orderOf } from '../plan/graph.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import { FAILURE } from '../authoring/names.js';
import type { Mapping, PlanStep, Work } from '../plan/plan.js';
import { RetryPolicy } from '../plan/plan.js';
import { schemaOf } from '../authoring/output-schema.js';
import { PlanError } from '../plan/plan-error.js';

/** The work for an item, as the plan has it, with the type of its output. */
export interface Body {
  readonly work: Work;
  readonly output: JsonSchema;
  /** The names that the work reads from the steps around it. */
  readonly reads: readonly string[];
}

/** A body of one stage is that stage's work; any other is a plan of its own. */
export function bodyOf(builder: Builder, options: { output: unknown; alwaysRun: boolean }): Body {
  const { mapping } = builder.rendered(options.output);
  const steps = connected(builder);
  const reads = [...builder.outside.keys()];
  const twice = reads.find((name) => builder.drafts.has(name));
  if (twice !== undefined) throw new PlanError('DUPLICATE_STEP', 'a step of this name is read from outside', twice);
  const stage = options.alwaysRun ? undefined : stageWork(steps, mapping);
  return { work: stage ?? runWork(builder, steps, mapping), output: schemaOf(options.output), reads };
}

function stageWork(steps: Readonly<Record<string, PlanStep>>, output: Mapping): Work | undefined {
  const [only, another] = Object.entries(steps);
  if (!only || another || JSON.stringify(output) !== JSON.stringify({ $ref: [only[0]] })) return undefined;
  const { predecessors: _, when, onFailure, deadlineMs, ...work } = only[1];
  const isWork = (when ?? onFailure ?? deadlineMs) === undefined && !('compensate' in work);
  return work.kind === 'stage' && isWork ? work : undefined;
}

function runWork(builder: Builder, steps: Readonly<Record<string, PlanStep>>, output: Mapping): Work {
  const given = [...builder.outside.keys(), ...builder.used];
  const plan = { format: 1 as const, pipeline: builder.pipeline, inputSchema: {}, given, steps, output };
  return { kind: 'run', plan, retry: RetryPolicy.parse({ maxAttempts: 1 }) };
}

/** The steps with the least predecessors that follow from what each reads, in an order in which they could run. */
export function connected(builder: Builder): Record<string, PlanStep> {
  const { drafts } = builder;
  const around = builder.around();
  if (builder.readsFailure !== undefined && (around.has(FAILURE) || drafts.has(FAILURE)))
    throw new PlanError('SHADOWED', `what is called "${FAILURE}" here is not what failed`, builder.readsFailure);
  const conditionIn = conditionsOver([...around.keys(), ...drafts.keys()]);
  const check = conditionChecker(
    new Map([...around, ...[...drafts].map(([name, { output }]) => [name, output] as const)]),
  );
  const waits = new Map<string, string[]>();
  for (const [name, { step, waitsFor }] of drafts) {
    if (step.when !== undefined) check(step.when, name);
    const tested = step.when === undefined ? [] : conditionIn(step.when, name).needs;
    waits.set(
      name,
      [...new Set([...waitsFor, ...tested])].filter((before) => !around.has(before)),
    );
  }
  const order = orderOf(waits);
  const predecessors = new Ancestors(waits, order).reduced();
  return Object.fromEntries(
    order.map((name) => {
      const { step } = present(drafts.get(name), `step "${name}"`);
      return [name, { ...step, predecessors: [...(predecessors.get(name) ?? [])] }];
    }),
  );
}
