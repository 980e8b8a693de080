import type { Priority } from '@millrace/contracts';
import { z } from 'zod';
import { conditionOf, type Test } from '../authoring/conditions.js';
import { type Duration, millisecondsOf } from '../authoring/duration.js';
import { type JsonSchema, jsonSchemaOf } from '../schemas/json-schema.js';
import { renderMapped } from '../plan/mapped.js';
import { PlanError } from '../plan/plan-error.js';
import type { Mapping } from '../plan/plan-mapping.js';
import { type Mapped, type Ref, type RefOf, refTo } from '../authoring/reference.js';
import type { Concurrency, Gather, Schedule, Starts, Trigger } from './starts.js';

/** A record of somebody else's topic, as far as a trigger reads it. */
export interface TopicRecord<Value> {
  readonly key: string | null;
  readonly value: Value;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface TopicOptions<Value> {
  /** The type of its values, so that what reads them is checked. Records are not checked against it: the run's input is, against the pipeline's. */
  readonly value?: z.ZodType<Value>;
  /** Records for which this is false are passed over. CEL over `record`, or a condition. */
  readonly when?: string | ((record: Ref<TopicRecord<Value>>) => Test);
  /** `end` (unless given): records that come after the deployment. */
  readonly from?: 'end' | 'start';
  /** The input of each run. */
  readonly input?: (record: Ref<TopicRecord<Value>>) => unknown;
  /** Up to `max` records, or those that came within a time, as one run; `each` makes an item of a record (its value unless given), `input` the run's input of the items. */
  readonly batch?: {
    readonly max: number;
    readonly within: Duration;
    readonly key?: (record: Ref<TopicRecord<Value>>) => RefOf<unknown>;
    readonly each?: (record: Ref<TopicRecord<Value>>) => unknown;
    readonly input: (items: RefOf<readonly unknown[]>) => unknown;
  };
  /** One run for records of the same key that follow each other closely: of the last of them. */
  readonly debounce?: {
    readonly quiet: Duration;
    readonly within?: Duration;
    readonly key?: (record: Ref<TopicRecord<Value>>) => RefOf<unknown>;
  };
}

export interface CronOptions {
  /** IANA; UTC unless given. */
  readonly zone?: string;
  /** Says which missed times still start a run: `none`, the `last` one (the default), or `all`. */
  readonly catchUp?: 'none' | 'last' | 'all';
  /** The input of each run; nothing unless given. `at` is the time it was due at, RFC 3339. */
  readonly input?: (tick: Ref<{ at: string; schedule: string }>) => unknown;
}

const owner = {};
export const named = <T>(name: string, schema: JsonSchema): Ref<T> =>
  refTo<T>({ name, schema, mayBeAbsent: false, owner });
export const mapped = (given: unknown): Mapping => renderMapped(given).mapping;

/** Runs the pipeline at times: cron with five fields, in a time zone. */
export function cron(text: string, { zone = 'UTC', catchUp = 'last', input }: CronOptions = {}): Schedule {
  const Tick = z.object({ at: z.string(), schedule: z.string() });
  const tick = named<{ at: string; schedule: string }>('tick', jsonSchemaOf(Tick, 'output', 'a tick'));
  return { cron: text, zone, catchUp, input: input ? mapped(input(tick)) : {} };
}

/** Runs the pipeline for records of somebody else's topic: each one once, wherever it crashes. */
export function topic<Value = unknown>(name: string, options: TopicOptions<Value>): Trigger {
  const { value, when, from = 'end', input, batch, debounce } = options;
  if (batch && (debounce || input))
    throw new PlanError(
      'BAD_START',
      `the trigger on "${name}" batches: give the input within \`batch\`, and no debounce`,
    );
  const record = named<TopicRecord<Value>>('record', recordSchema(value));
  const common = {
    topic: name,
    from,
    ...(when !== undefined && { when: typeof when === 'string' ? when : conditionOf(when(record)).text }),
  };
  if (batch) {
    const { key, each } = batch;
    const gather: Gather = {
      by: 'batch',
      max: batch.max,
      withinMs: millisecondsOf(batch.within),
      ...(key && { key: mapped(key(record)) }),
    };
    const items = named<readonly unknown[]>('items', { type: 'array' });
    return { ...common, gather, input: mapped(batch.input(items)), ...(each && { each: mapped(each(record)) }) };
  }
  const gather: Gather | undefined = debounce && {
    by: 'debounce',
    quietMs: millisecondsOf(debounce.quiet),
    ...(debounce.within !== undefined && { withinMs: millisecondsOf(debounce.within) }),
    ...(debounce.key && { key: mapped(debounce.key(record)) }),
  };
  return { ...common, input: input ? mapped(input(record)) : { $ref: ['record', 'value'] }, ...(gather && { gather }) };
}

export function recordSchema(value: z.ZodType | undefined): JsonSchema {
  const field: JsonSchema = value ? jsonSchemaOf(value, 'output', 'the value of a record') : {};
  const text: JsonSchema = { type: 'string' };
  const number: JsonSchema = { type: 'number' };
  const headers: JsonSchema = { type: 'object', additionalProperties: text };
  const properties = {
    key: text,
    value: field,
    headers,
    topic: text,
    partition: number,
    offset: number,
    timestamp: number,
  };
  return {
    type: 'object',
    properties,
    required: ['value', 'headers', 'topic', 'partition', 'offset', 'timestamp'],
    ...(field.$defs && { $defs: field.$defs }),
  };
}

/** The part of a pipeline's options that says when its runs begin. */
export interface StartOptions<Input extends z.ZodType> {
  /** Times at which it is run, by name: see `cron`. */
  readonly schedules?: Readonly<Record<string, Schedule>>;
  /** Topics whose records begin runs: one, or several by name: see `topic`. */
  readonly trigger?: Trigger | Readonly<Record<string, Trigger>>;
  /** The priority of its steps, where a run says nothing else: `normal` unless given. */
  readonly priority?: Priority;
  /** The tenant that the run belongs to: stages share their turns among tenants. */
  readonly tenant?: (input: Ref<z.input<Input>>) => Mapped<unknown>;
  /**
   * The hold key of a run: while a step of a run is parked, later runs of the same key wait. They go on one after the other, in the order in which they were accepted, once
   * the parked run has ended or its dead letters are resolved. A run without a value for it waits for nobody.
   */
  readonly hold?: (input: Ref<z.input<Input>>) => Mapped<unknown>;
  /** At most `limit` runs at once for each key. */
  readonly concurrency?: {
    readonly limit: number;
    readonly key?: (input: Ref<z.input<Input>>) => Mapped<unknown>;
    readonly whenFull?: Concurrency['whenFull'];
  };
}

/** Returns the form that the plan has; undefined where there is nothing. */
export function startsOf<Input extends z.ZodType>(
  { schedules, trigger, concurrency, priority, tenant, hold }: StartOptions<Input>,
  input: JsonSchema,
): Starts | undefined {
  const triggers = trigger === undefined ? undefined : isTrigger(trigger) ? { [trigger.topic]: trigger } : trigger;
  if (!schedules && !triggers && !concurrency && !priority && !tenant && !hold) return undefined;
  const given = named<z.input<Input>>('input', input);
  const key = concurrency?.key?.(given);
  return {
    ...(schedules && { schedules }),
    ...(triggers && { triggers }),
    ...(priority && { priority }),
    ...(tenant && { tenant: mapped(tenant(given)) }),
    ...(hold && { hold: mapped(hold(given)) }),
    ...(concurrency && {
      concurrency: {
        limit: concurrency.limit,
        whenFull: concurrency.whenFull ?? 'queue',
        ...(key !== undefined && { key: mapped(key) }),
      },
    }),
  };
}

const isTrigger = (given: Trigger | Readonly<Record<string, Trigger>>): given is Trigger =>
  typeof given['topic'] === 'string';
