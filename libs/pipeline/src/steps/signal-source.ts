import { failure, type Failure, present, type TakenRecord } from '@millrace/contracts';
import type { z } from 'zod';
import { conditionsOver } from '../authoring/compiled-condition.js';
import { conditionOf, type Test } from '../authoring/conditions.js';
import { type Duration, millisecondsOf } from '../authoring/duration.js';
import { hashOf } from '../plan/hash.js';
import { keyText } from '../plan/key-text.js';
import { compileMapping, type Scope } from '../authoring/mapping.js';
import type { Plan, PlanStep, SignalSource, Work } from '../plan/plan.js';
import type { Ref, RefOf } from '../authoring/reference.js';
import { mapped, named, recordSchema, type TopicRecord } from '../starts/start-definition.js';
import { keyed, reading } from '../starts/starts.js';
import { isFailure, placeOf, readTopicRecord } from '../starts/topic-record.js';

export interface FromTopicOptions<Value> {
  /** The type of its values, so that what reads them is checked. The answer is checked against the step's type, records are not checked against this. */
  readonly value?: z.ZodType<Value>;
  /** Records for which this is false are passed over. CEL over `record`, or a condition. */
  readonly when?: string | ((record: Ref<TopicRecord<Value>>) => Test);
  /** The run that a record belongs to. */
  readonly key: (record: Ref<TopicRecord<Value>>) => RefOf<unknown>;
  /** Computes the key that the run waits for. */
  readonly on: RefOf<string | number | undefined> | string;
  /** The answer that a record is: its value unless given. */
  readonly give?: (record: Ref<TopicRecord<Value>>) => unknown;
  /** The time for which a record is kept that comes before anybody waits for it: a day unless given. */
  readonly keep?: Duration;
}

/** The topic part of a signal's definition; the builder renders `on`. */
export type FromTopic = Omit<SignalSource, 'on'> & { readonly on: RefOf<unknown> | string };

/** Records of somebody else's topic as the signal that a step waits for: the one whose key is what the run waits for. */
export function fromTopic<Value = unknown>(topic: string, options: FromTopicOptions<Value>): FromTopic {
  const { value, when, key, on, give, keep = '1d' } = options;
  const record = named<TopicRecord<Value>>('record', recordSchema(value));
  return {
    topic,
    ...(when !== undefined && { when: typeof when === 'string' ? when : conditionOf(when(record)).text }),
    key: mapped(key(record)),
    give: give ? mapped(give(record)) : { $ref: ['record', 'value'] },
    on,
    keepMs: millisecondsOf(keep),
  };
}

/** A source made ready. Steps whose sources read records in the same way share it, in whatever plans they are. */
export interface LoadedSource {
  readonly id: string;
  readonly topic: string;
  readonly keepMs: number;
  /** Returns the run that a record belongs to, and its answer; undefined where it is nobody's; the failure where that cannot be told. */
  read(record: object): { readonly key: string; readonly payload: unknown } | Failure | undefined;
}

export const fromOf = (step: PlanStep): SignalSource | undefined => (step.kind === 'signal' ? step.from : undefined);

const idOf = ({ topic, when, key, give }: SignalSource): string => hashOf({ topic, when, key, give }).slice(0, 16);

/** @throws {PlanError} where it reads what is not there */
export function loadSource(source: SignalSource): LoadedSource {
  const { topic, when, key, give, keepMs } = source;
  const id = idOf(source);
  const what = `a signal from "${topic}"`;
  const wanted = when === undefined ? undefined : conditionsOver(['record'])(when, what);
  const [keyOf, payloadOf] = [keyed(key, 'record', what), reading(give, ['record'], what)];
  return {
    id,
    topic,
    keepMs,
    read(record) {
      const holds = wanted?.holds({ record }) ?? true;
      if (holds !== true) return holds === false ? undefined : holds;
      const found = keyOf(record);
      return isNobodys(found) ? undefined : { key: correlation(id, found), payload: payloadOf({ record }) ?? null };
    },
  };
}

export const UNWANTED = failure('SIGNAL_UNWANTED', 'No run waited for the record while it was kept.');

/** The waiting steps that a record may answer, and how long it is kept where nobody waits yet. */
export interface TopicSignal {
  /** Names the record. */
  readonly id: string;
  readonly keepMs: number;
  readonly keys: readonly { readonly key: string; readonly payload: unknown }[];
}

/** Returns the signal that a record of a topic may be; undefined where it is nobody's, why not where that cannot be told. */
export function signalIn(record: TakenRecord, sources: readonly LoadedSource[]): TopicSignal | Failure | undefined {
  const value = readTopicRecord(record);
  if (isFailure(value)) return value;
  const read = sources.map((source) => source.read(value));
  const keys = read.flatMap((found) => (found && 'key' in found ? [found] : []));
  if (keys.length === 0) return read.flatMap((found) => (found && 'code' in found ? [found] : []))[0];
  return { id: placeOf(record), keepMs: Math.max(...sources.map(({ keepMs }) => keepMs)), keys };
}

/** Returns what a step waits for, as text for people and as it is looked up; undefined where the run has no key for it. */
export function awaitedBy(step: PlanStep, scope: Scope): { topic: string; key: string } | undefined {
  const from = fromOf(step);
  if (!from) return undefined;
  const key = keyText(compileMapping(from.on)(scope));
  return isNobodys(key) ? undefined : { topic: from.topic, key };
}

export const correlationOf = (step: PlanStep, { key }: { key: string }): string =>
  correlation(idOf(present(fromOf(step), 'source of the signal')), key);

const correlation = (id: string, key: string): string => `${id}/${key}`;
const isNobodys = (key: string): boolean => key === '' || key === 'null';

/** The sources of a plan's signals, those of plans within it included. */
export function sourcesOf(plan: Plan): readonly SignalSource[] {
  const within = (work: PlanStep | Work): readonly SignalSource[] => {
    switch (work.kind) {
      case 'signal':
        return work.from ? [work.from] : [];
      case 'run':
        return sourcesOf(work.plan);
      case 'map':
      case 'loop':
        return within(work.work);
      case 'race':
        return Object.values(work.branches).flatMap(within);
      default:
        return [];
    }
  };
  return Object.values(plan.steps).flatMap(within);
}
