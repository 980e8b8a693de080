import { present } from '@millrace/contracts';
import { z } from 'zod';
import { conditionChecker } from '../schemas/cel-types.js';
import { allOf, type Condition, conditionOf, type Test } from './conditions.js';
import type { AnyOptions, StandIn } from './definition.js';
import { type Duration, millisecondsOf } from './duration.js';
import { codesOf, failureSource } from '../steps/failure-facts.js';
import { type JsonSchema, jsonSchemaOf } from '../schemas/json-schema.js';
import { type Rendered, renderMapped } from '../plan/mapped.js';
import { checkStepName } from './names.js';
import { PlanError } from '../plan/plan-error.js';
import type { HandlerPlan, Mapping, OnFailure, PlanStep } from '../plan/plan.js';
import { type Ref, type RefOf, refTo, type ReferenceSource } from './reference.js';
import { policyOf, type Retry } from '../steps/retry-policy.js';
import type { StageContract } from './stage-contract.js';

interface Surroundings {
  readonly pipeline: string;
  readonly stages: readonly string[] | undefined;
  /** Around the work of an item: the pipeline's own builder, or that of another item. */
  readonly outer?: Builder;
  /** The values that only this work can read, by name. */
  readonly own: Readonly<Record<string, JsonSchema>>;
}

type CommonSpec = Pick<PlanStep, 'when' | 'onFailure' | 'deadlineMs'>;

/** A step as it was defined; what it waits for is known when all steps are. */
interface Draft {
  readonly step: PlanStep;
  /** The steps that its input, its fallback's input and `show` refer to, and those that it was put after. */
  readonly waitsFor: readonly string[];
  readonly output: JsonSchema;
}

/** Collects the steps of one pipeline. Everything wrong with a step is thrown where it is defined. */
export class Builder {
  readonly drafts = new Map<string, Draft>();
  readonly contracts: Map<string, StageContract>;
  /** The names that this work reads from the steps around it, and those of its own names that it reads. */
  readonly outside = new Map<string, JsonSchema>();
  readonly used = new Set<string>();
  /** A step whose fallback reads what it stands in for has failed of. */
  readsFailure: string | undefined;
  /** The handler that is asked when a run has failed. */
  handler: HandlerPlan | undefined;
  /** The title and the attributes of its runs. */
  readonly labels: { title?: Mapping; attributes?: Readonly<Record<string, Mapping>> } = {};
  /** The cases within which steps are defined now. */
  private guards: readonly Condition[] = [];

  constructor(private readonly of: Surroundings) {
    this.contracts = of.outer?.contracts ?? new Map<string, StageContract>();
  }

  get pipeline(): string {
    return this.of.pipeline;
  }

  /** A name that is known from the beginning: the run's input, or an item. */
  known(name: string): Ref<never> {
    return refTo({ name, schema: present(this.of.own[name], `schema of "${name}"`), mayBeAbsent: false, owner: this });
  }

  /** The types of all that is known here without being a step's output. */
  around(): ReadonlyMap<string, JsonSchema> {
    return new Map([...this.outside, ...Object.entries(this.of.own)]);
  }

  /** For the work of this one's items. */
  within(own: Readonly<Record<string, JsonSchema>>): Builder {
    const { pipeline, stages } = this.of;
    return new Builder({ pipeline, stages, outer: this, own });
  }

  /** Steps that are wanted only where `condition` holds, whatever else they say. */
  guarded<T>(condition: Condition, work: () => T): T {
    this.guards = [...this.guards, condition];
    try {
      return work();
    } finally {
      this.guards = this.guards.slice(0, -1);
    }
  }

  /** The first of `outputs` that is there, as a step. Of what is inside a case only this may be read from outside. */
  value(name: string, of: { outputs: readonly unknown[]; schema: JsonSchema; mayBeAbsent: boolean }): Ref<never> {
    const given = of.outputs.map((output) => renderMapped(output));
    const mappings = given.map(({ mapping }) => mapping);
    const [only, another] = mappings;
    const value = only !== undefined && another === undefined ? only : { $orElse: mappings };
    const step: PlanStep = { kind: 'value', value, predecessors: [], ...this.common(name, {}, z.unknown()) };
    for (const { sources } of given)
      for (const source of sources) if (source.owner !== this) this.checkOwn([source], name);
    const waitsFor = this.waits(name, {}, given);
    return this.add(name, { step, output: of.schema, waitsFor }, {}, of.mayBeAbsent);
  }

  /** A condition, checked to read nothing but what is known here. */
  condition(test: Test, step: string): Condition {
    const condition = conditionOf(test);
    this.checkOwn(condition.sources, step);
    conditionChecker(this.around())(condition.text, step);
    return condition;
  }

  /** References, checked to be this pipeline's own. */
  rendered(given: unknown, step?: string): Rendered {
    try {
      const rendered = renderMapped(given);
      this.checkOwn(rendered.sources, step);
      return rendered;
    } catch (error) {
      throw error instanceof PlanError ? new PlanError(error.code, error.what, step) : error;
    }
  }

  add(name: string, draft: Draft, { when }: AnyOptions, mayBeAbsent = when !== undefined): Ref<never> {
    checkStepName(name);
    if (this.drafts.has(name)) throw new PlanError('DUPLICATE_STEP', 'there are two of this name', name);
    this.drafts.set(name, draft);
    return refTo({ name, schema: draft.output, mayBeAbsent, owner: this, guards: this.guards });
  }

  /** Takes a stage's contract up; what comes out of the stage. */
  outputOf(contract: StageContract, step: string): JsonSchema {
    const { name } = contract;
    if (this.of.stages && !this.of.stages.includes(name))
      throw new PlanError('UNKNOWN_STAGE', `there is no stage "${name}"`, step);
    if ((this.contracts.get(name) ?? contract) !== contract)
      throw new PlanError('STAGE_CONFLICT', `there are two stages "${name}"`, step);
    this.contracts.set(name, contract);
    jsonSchemaOf(contract.input, 'input', `the input of stage "${name}"`);
    return jsonSchemaOf(contract.output, 'output', `the output of stage "${name}"`);
  }

  /** An input that may be made of a failure, which is nothing to wait for. */
  failing(input: unknown, step: string): Rendered {
    if (typeof input !== 'function') return this.rendered(input, step);
    const source = failureSource(this);
    const { mapping, sources } = this.rendered((input as (failure: unknown) => unknown)(refTo(source)), step);
    if (sources.includes(source)) this.readsFailure = step;
    return { mapping, sources: sources.filter((one) => one !== source) };
  }

  tries(own: { retry?: Retry; timeout?: Duration }, contract: StageContract, step: string) {
    return {
      retry: policyOf(own.retry ?? contract.retry ?? {}, step),
      timeoutMs: millisecondsOf(own.timeout ?? contract.timeout ?? '30s', step),
    };
  }

  common(step: string, { when, onFailure, deadline }: AnyOptions, output: z.ZodType): CommonSpec {
    const condition = allOf([...this.guards, when]);
    if (condition) this.checkOwn(condition.sources, step);
    const common = {
      ...(condition && { when: condition.text }),
      ...(deadline !== undefined && { deadlineMs: millisecondsOf(deadline, step) }),
    };
    if (onFailure === undefined || onFailure === 'dead-letter') return common;
    return { ...common, onFailure: { ...this.standIn(step, onFailure, output), ...codesOf(onFailure, step) } };
  }

  private standIn(step: string, { give, default: given }: StandIn<unknown>, output: z.ZodType): OnFailure {
    if (give) return { give: this.failing(give, step).mapping };
    const { data, error } = output.safeParse(given);
    if (error) throw new PlanError('DEFAULT_OUTPUT', `its default does not fit: ${error.issues[0]?.message}`, step);
    return { default: data as z.core.util.JSONType };
  }

  waits(step: string, { after = [], onFailure }: AnyOptions, rendered: readonly Rendered[]): readonly string[] {
    const give = typeof onFailure === 'object' ? onFailure.give : undefined;
    const read = [...rendered, ...(give ? [this.failing(give, step)] : [])].flatMap(({ sources }) =>
      sources.map(({ name }) => name),
    );
    return this.steps([...read, ...after.flatMap((before) => this.named(before, step))]);
  }

  /** Those names that are, or should be, steps of this one; the rest is known from the beginning. */
  steps(names: readonly string[]): readonly string[] {
    const around = this.around();
    return names.filter((name) => !around.has(name));
  }

  private named(before: RefOf<unknown> | string, step: string): readonly string[] {
    return typeof before === 'string' ? [before] : this.rendered(before, step).sources.map(({ name }) => name);
  }

  private checkOwn(sources: readonly ReferenceSource[], step?: string): void {
    for (const source of sources) {
      const { name, owner, schema } = source;
      if (owner === this) {
        if (source.guards?.some((guard) => !this.guards.includes(guard as Condition)))
          throw new PlanError('INSIDE_CASE', `"${name}" is there in one case only`, step);
        if (Object.hasOwn(this.of.own, name)) this.used.add(name);
      } else if (this.of.outer) {
        if (Object.hasOwn(this.of.own, name))
          throw new PlanError('SHADOWED', `"${name}" of the steps around it has the name of its item`, step);
        this.of.outer.checkOwn([source], step);
        this.outside.set(name, schema);
      } else throw new PlanError('UNKNOWN_STEP', `"${name}" is a step of another pipeline or of another item`, step);
    }
  }
}
