import type { z } from 'zod';
import { conditionOf } from './conditions.js';
import type { AnyOptions } from './definition.js';
import { type Duration, millisecondsOf } from './duration.js';
import { misfit, rooted } from './fits.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';
import { type Rendered, renderMapped } from './mapped.js';
import { checkStepName, INPUT } from './names.js';
import { PlanError } from './plan-error.js';
import { type PlanStep, RetryPolicy, type StageStep } from './plan.js';
import { type Ref, type RefOf, refTo, type Source } from './reference.js';
import type { Retry, StageContract } from './stage-contract.js';

/** A step as it was defined; what it waits for is known when all steps are. */
interface Draft {
  readonly step: PlanStep;
  /** What its input, its fallback's, and what it shows refer to, and what it was put after. */
  readonly waitsFor: readonly string[];
  readonly output: JsonSchema;
}

/** Collects the steps of one pipeline. Everything wrong with a step is thrown where it is defined. */
export class Builder {
  readonly drafts = new Map<string, Draft>();
  readonly contracts = new Map<string, StageContract>();

  constructor(private readonly knownStages: readonly string[] | undefined) {}

  input(schema: JsonSchema): Ref<never> {
    return refTo({ name: INPUT, schema, mayBeAbsent: false, owner: this });
  }

  stage(
    name: string,
    contract: StageContract,
    { input, ...options }: AnyOptions & { readonly input: unknown },
  ): Ref<never> {
    const output = this.outputOf(contract, name);
    const given = this.rendered(input, name);
    const fallback = options.fallback && this.fallback(options.fallback, name, output);
    const step: StageStep = {
      kind: 'stage',
      stage: contract.name,
      input: given.mapping,
      ...this.tries(options, contract, name),
      startTimeoutMs: millisecondsOf(options.startTimeout ?? '10m', name),
      ...(fallback && { fallback: fallback.spec }),
      predecessors: [],
      ...this.common(name, options, contract.output),
    };
    return this.add(
      name,
      { step, output, waitsFor: this.waits(name, options, [given, ...(fallback ? [fallback.given] : [])]) },
      options,
    );
  }

  wait(
    kind: 'review' | 'signal',
    name: string,
    { answer, ...options }: AnyOptions & { readonly answer: z.ZodType },
  ): Ref<never> {
    const schema = jsonSchemaOf(answer, 'input', `the answer of step "${name}"`);
    const shown = options.show === undefined ? undefined : this.rendered(options.show, name);
    const step: PlanStep = {
      kind,
      schema: schema as z.core.util.JSONType,
      ...(shown && { show: shown.mapping }),
      ...(options.timeout !== undefined && { timeoutMs: millisecondsOf(options.timeout, name) }),
      predecessors: [],
      ...this.common(name, options, answer),
    };
    return this.add(name, { step, output: schema, waitsFor: this.waits(name, options, shown ? [shown] : []) }, options);
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

  private add(name: string, draft: Draft, { when }: AnyOptions): Ref<never> {
    checkStepName(name);
    if (this.drafts.has(name)) throw new PlanError('DUPLICATE_STEP', 'there are two of this name', name);
    this.drafts.set(name, draft);
    return refTo({ name, schema: draft.output, mayBeAbsent: when !== undefined, owner: this });
  }

  /** Takes a stage's contract up; what comes out of the stage. */
  private outputOf(contract: StageContract, step: string): JsonSchema {
    const { name } = contract;
    if (this.knownStages && !this.knownStages.includes(name))
      throw new PlanError('UNKNOWN_STAGE', `there is no stage "${name}"`, step);
    if ((this.contracts.get(name) ?? contract) !== contract)
      throw new PlanError('STAGE_CONFLICT', `there are two stages "${name}"`, step);
    this.contracts.set(name, contract);
    jsonSchemaOf(contract.input, 'input', `the input of stage "${name}"`);
    return jsonSchemaOf(contract.output, 'output', `the output of stage "${name}"`);
  }

  private fallback(fallback: NonNullable<AnyOptions['fallback']>, step: string, wanted: JsonSchema) {
    const output = this.outputOf(fallback.stage, step);
    const reason = misfit(rooted(output), rooted(wanted));
    if (reason !== undefined)
      throw new PlanError(
        'FALLBACK_OUTPUT',
        `what its fallback "${fallback.stage.name}" gives does not fit (${reason})`,
        step,
      );
    const given = this.rendered(fallback.input, step);
    return {
      given,
      spec: { stage: fallback.stage.name, input: given.mapping, ...this.tries(fallback, fallback.stage, step) },
    };
  }

  private tries(own: { retry?: Retry; timeout?: Duration }, contract: StageContract, step: string) {
    const retry = own.retry ?? contract.retry ?? {};
    const policy = RetryPolicy.safeParse(typeof retry === 'number' ? { maxAttempts: retry } : retry);
    if (policy.error)
      throw new PlanError('BAD_RETRY', `its retry is not valid: ${policy.error.issues[0]?.message}`, step);
    return { retry: policy.data, timeoutMs: millisecondsOf(own.timeout ?? contract.timeout ?? '30s', step) };
  }

  private common(
    step: string,
    { when, onFailure }: AnyOptions,
    output: z.ZodType,
  ): Pick<PlanStep, 'when' | 'onFailure'> {
    const condition = when && conditionOf(when);
    if (condition) this.checkOwn(condition.sources, step);
    if (onFailure === undefined || onFailure === 'dead-letter') return { ...(condition && { when: condition.text }) };
    const { data, error } = output.safeParse(onFailure.default);
    if (error) throw new PlanError('DEFAULT_OUTPUT', `its default does not fit: ${error.issues[0]?.message}`, step);
    return { ...(condition && { when: condition.text }), onFailure: { default: data as z.core.util.JSONType } };
  }

  private waits(step: string, { after = [] }: AnyOptions, rendered: readonly Rendered[]): readonly string[] {
    const read = rendered.flatMap(({ sources }) => sources.map(({ name }) => name));
    return [...read, ...after.flatMap((before) => this.named(before, step))].filter((name) => name !== INPUT);
  }

  private named(before: RefOf<unknown> | string, step: string): readonly string[] {
    return typeof before === 'string' ? [before] : this.rendered(before, step).sources.map(({ name }) => name);
  }

  private checkOwn(sources: readonly Source[], step?: string): void {
    const foreign = sources.find(({ owner }) => owner !== this);
    if (foreign) throw new PlanError('UNKNOWN_STEP', `"${foreign.name}" is a step of another pipeline`, step);
  }
}
