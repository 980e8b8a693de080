import { type Failure, LONGEST_MS, PositiveCount, Priority, text } from '@millrace/contracts';
import { z } from 'zod';
import { conditionsOver } from '../authoring/compiled-condition.js';
import { keyText } from '../plan/key-text.js';
import { compileMapping, type Scope, type ReadScope, referencesOf } from '../authoring/mapping.js';
import { PlanError } from '../plan/plan-error.js';
import { CelText, type Mapping, MappingSchema } from '../plan/plan-mapping.js';
import { checkCron } from './schedule.js';

const Millis = z.int().positive().max(LONGEST_MS);
const StartName = text({ min: 1, max: 100 });

/** Times at which the pipeline is run. */
export const Schedule = z.object({
  /** Minute, hour, day of the month, month, day of the week. */
  cron: text({ max: 200 }),
  /** IANA, e.g. `Europe/Berlin`. */
  zone: text({ max: 100 }).default('UTC'),
  /** Says which times that were missed while nothing ran still start a run: `none`, the `last` one, or `all`, one after the other. */
  catchUp: z.enum(['none', 'last', 'all']).default('last'),
  /** Computes the input from `tick`: `at` (RFC 3339) and `schedule`. */
  input: MappingSchema,
});
export type Schedule = z.infer<typeof Schedule>;

/** Several records as one run. */
export const Gather = z.discriminatedUnion('by', [
  /** Collects up to `max` records, for at most `withinMs` after the first. */
  z.object({
    by: z.literal('batch'),
    max: z.int().min(1).max(10_000),
    withinMs: Millis,
    key: MappingSchema.optional(),
  }),
  /** Takes the last record of a key once no other has come for `quietMs`, and at the latest `withinMs` after the first. */
  z.object({ by: z.literal('debounce'), quietMs: Millis, withinMs: Millis.optional(), key: MappingSchema.optional() }),
]);
export type Gather = z.infer<typeof Gather>;

/** Somebody else's events as a beginning. */
export const Trigger = z.object({
  topic: text({ min: 1, max: 249 }),
  /** CEL over `record`: `key`, `value`, `headers`, `topic`, `partition`, `offset`, `timestamp`. Others are passed over. */
  when: CelText.optional(),
  /** `end`: records that come after the deployment. */
  from: z.enum(['end', 'start']).default('end'),
  /** The run's input: of `record`; where records are batched, of `items`. */
  input: MappingSchema,
  /** Computes each item of a batch from `record`. */
  each: MappingSchema.optional(),
  gather: Gather.optional(),
});
export type Trigger = z.infer<typeof Trigger>;

/** At most so many runs of the pipeline at once for each key. */
export const Concurrency = z.object({
  /** Computes the key from `input`. Without it there is one key for all. */
  key: MappingSchema.optional(),
  limit: PositiveCount,
  /** The policy for a run that is one too many: it waits for its turn, it is cancelled, or the oldest one is cancelled for it. */
  whenFull: z.enum(['queue', 'drop', 'replace']).default('queue'),
});
export type Concurrency = z.infer<typeof Concurrency>;

/** The ways in which runs of a pipeline begin besides requests. */
export const Starts = z.object({
  schedules: z.record(StartName, Schedule).optional(),
  triggers: z.record(StartName, Trigger).optional(),
  concurrency: Concurrency.optional(),
  /** The priority of runs that set none. */
  priority: Priority.optional(),
  /** Computes the tenant from `input`, where the run sets none. */
  tenant: MappingSchema.optional(),
  /** Computes the hold key from `input`: while a step of a run is parked, later runs of the same key wait. */
  hold: MappingSchema.optional(),
});
export type Starts = z.infer<typeof Starts>;

export interface LoadedTrigger extends Trigger {
  readonly name: string;
  /** Tells whether a record is wanted, or returns the failure when that cannot be told. */
  wants(record: object): boolean | Failure;
  inputOf(known: Scope): unknown;
  itemOf(record: object): unknown;
  /** Returns the key by which records are grouped. */
  keyOf(record: object): string;
}

export interface LoadedStarts {
  readonly schedules: ReadonlyMap<string, Schedule & { inputOf(tick: object): unknown }>;
  readonly triggers: readonly LoadedTrigger[];
  readonly concurrency: (Concurrency & { keyOf(input: unknown): string }) | undefined;
  readonly priority: Priority | undefined;
  /** Empty where nobody is named. */
  tenantOf(input: unknown): string;
  /** Undefined where the pipeline has no hold key, or the input has no value for it. */
  holdOf(input: unknown): string | undefined;
}

/** Checks what begins runs and makes it ready. Throws a PlanError that names it. */
export function loadStarts({
  schedules = {},
  triggers = {},
  concurrency,
  priority,
  tenant,
  hold,
}: Starts): LoadedStarts {
  for (const name of [...Object.keys(schedules), ...Object.keys(triggers)]) {
    if (!NAME.test(name)) throw new PlanError('BAD_START', `"${name}" is no name: letters, digits, ".", "_" and "-"`);
  }
  return {
    schedules: new Map(
      Object.entries(schedules).map(([name, schedule]) => {
        checkCron(schedule, name);
        const input = reading(schedule.input, ['tick'], `the schedule "${name}"`);
        return [name, { ...schedule, inputOf: (tick: object) => input({ tick }) }];
      }),
    ),
    triggers: Object.entries(triggers).map(([name, trigger]) => loadTrigger(name, trigger)),
    priority,
    tenantOf: keyed(tenant, 'input', 'the tenant'),
    holdOf: holdKey(hold),
    concurrency: concurrency && {
      ...concurrency,
      keyOf: keyed(concurrency.key, 'input', 'the concurrency'),
    },
  };
}

const NAME = /^[\w.-]{1,100}$/;

function holdKey(hold: Mapping | undefined): LoadedStarts['holdOf'] {
  if (hold === undefined) return () => undefined;
  const read = reading(hold, ['input'], 'the hold key');
  return (input) => {
    const found = read({ input });
    return found === undefined || found === null ? undefined : keyText(found);
  };
}

function loadTrigger(name: string, trigger: Trigger): LoadedTrigger {
  const what = `the trigger "${name}"`;
  const when = trigger.when === undefined ? undefined : conditionsOver(['record'])(trigger.when, what);
  const isBatch = trigger.gather?.by === 'batch';
  const each = reading(trigger.each ?? { $ref: ['record', 'value'] }, ['record'], what);
  return {
    ...trigger,
    name,
    wants: (record) => when?.holds({ record }) ?? true,
    inputOf: reading(trigger.input, [isBatch ? 'items' : 'record'], what),
    itemOf: (record) => each({ record }),
    keyOf: keyed(trigger.gather?.key, 'record', what),
  };
}

/** A key as text; what is there for all where there is none. */
export function keyed(key: Mapping | undefined, source: string, what: string): (value: unknown) => string {
  if (key === undefined) return () => '';
  const read = reading(key, [source], what);
  return (value) => keyText(read({ [source]: value }));
}

export function reading(mapping: Mapping, names: readonly string[], what: string): ReadScope {
  const foreign = referencesOf(mapping).find(([from]) => !names.includes(from));
  if (foreign) throw new PlanError('BAD_START', `${what} reads "${foreign[0]}"; there it can read ${names.join(', ')}`);
  return compileMapping(mapping);
}
