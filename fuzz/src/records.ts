import type { Outgoing } from '@millrace/broker';
import type { CompressedBatch } from '@millrace/broker-kafka/compressed';
import {
  AnnouncedContract,
  Control,
  DeploymentRequest,
  ParkedStep,
  present,
  RunEvent,
  RunPause,
  RunResult,
  StageLimits,
  StagePause,
  StepCommand,
  type Topics,
  UNREADABLE,
} from '@millrace/contracts';
import fc from 'fast-check';
import { z } from 'zod';
import { edited } from './edits.js';
import { hostileBytes, hostileText, hostileValue } from './hostile.js';
import type { Learnt } from './installation.js';
import { modelShapeOf, type Shape } from './model-records.js';
import { valueOf } from './shape.js';

/** A topic that is attacked by name; `stage` stands for those of all stages. */
export const TOPIC_NAMES = [
  ...['intake', 'runs', 'stage', 'deployments', 'dead-letters'],
  ...['control', 'plans', 'limits', 'contracts', 'pauses', 'results'],
  ...['models', 'model-calls', 'model-grants', 'model-ledger', 'model-answers', 'step-watches', 'step-texts'],
] as const;
export type TopicName = (typeof TOPIC_NAMES)[number];

/** Topics of other systems that pipelines of the fuzzer read. */
export const FOREIGN_NAMES = ['feed', 'answers'] as const;
export type ForeignName = (typeof FOREIGN_NAMES)[number];

const jsonSchema = (schema: z.ZodType): unknown => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** A document as JSON; what is too large for a record is none. */
function textOf(document: unknown): string {
  try {
    return JSON.stringify(document) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return 'null';
    throw error;
  }
}

const NAMES = [
  'pipeline',
  'idempotency-key',
  'start-at',
  'priority',
  'tenant',
  'traceparent',
  'tracestate',
  'ce_id',
  'ce_source',
  'ce_type',
];

const none = fc.constant({});

const headerValue = fc.oneof(
  hostileText.map((text) => text.slice(0, 20_000)),
  hostileBytes.map((bytes) => bytes.subarray(0, 20_000)),
  fc.array(
    hostileText.map((text) => text.slice(0, 100)),
    { minLength: 2, maxLength: 3 },
  ),
);

const hostileHeaders: fc.Arbitrary<NonNullable<Outgoing['headers']>> = fc.dictionary(
  fc.constantFrom(...NAMES, ...Object.values(UNREADABLE), 'x-other'),
  headerValue,
  { maxKeys: 3 },
);

/** Thousands of headers: of as many names, or one name with as many values. */
const manyHeaders: fc.Arbitrary<NonNullable<Outgoing['headers']>> = fc
  .tuple(fc.constantFrom(1_000, 5_000), fc.boolean())
  .map(([count, names]) =>
    names
      ? Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, 'x']))
      : { 'x-other': Array.from({ length: count }, () => 'x') },
  );

const MIB = 1 << 20;

/** Batches for one topic that unpack to more than they seem to hold, up to 512 MiB. */
export const compressedFor = (
  name: TopicName | ForeignName,
  learnt: Corpus,
  partitions: number,
): fc.Arbitrary<CompressedBatch> =>
  fc.record({
    topic: shapeOf(name, learnt).topic,
    partition: fc.nat({ max: partitions - 1 }),
    codec: fc.constantFrom('gzip', 'snappy', 'lz4', 'zstd'),
    unpacksTo: fc.constantFrom(2 * MIB, 33 * MIB, 512 * MIB),
  });

/** Records for one topic: mostly documents of the right shape with a few places changed, some of any bytes at all. */
export function recordsFor(name: TopicName | ForeignName, learnt: Corpus): fc.Arbitrary<Outgoing> {
  const { topic, document, key, headers } = shapeOf(name, learnt);
  return fc
    .record({
      topic,
      key: fc.oneof(
        { weight: 6, arbitrary: key },
        { weight: 1, arbitrary: hostileText.map((text) => text.slice(0, 5_000)) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      value: fc.oneof(
        { weight: 12, arbitrary: edited(document).map(textOf) },
        { weight: 2, arbitrary: hostileBytes },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      own: headers,
      hostile: fc.oneof(
        { weight: 30, arbitrary: none },
        { weight: 10, arbitrary: hostileHeaders },
        { weight: 1, arbitrary: manyHeaders },
      ),
    })
    .map(({ own, hostile, ...record }): Outgoing => ({ ...record, headers: { ...own, ...hostile } }));
}

/** The material from which records are made. */
export type Corpus = Pick<Learnt, 'topics' | 'foreign' | 'known' | 'seen' | 'plans' | 'inputs'>;

const pick = (values: readonly unknown[]) => fc.constantFrom(...(values.length > 0 ? values : [null]));

function shapeOf(name: TopicName | ForeignName, { topics, foreign, known, seen, plans, inputs }: Corpus): Shape {
  const like = (schema: z.ZodType, topic?: string) => {
    const made = valueOf(jsonSchema(schema), known);
    const corpus = topic === undefined ? [] : (seen.get(topic) ?? []);
    return corpus.length > 0 ? fc.oneof(made, pick(corpus)) : made;
  };
  const runKey = pick(present(known['run'], 'run')) as fc.Arbitrary<string>;
  switch (name) {
    case 'intake':
      return {
        topic: fc.constant(topics.intake),
        document: fc.oneof(...[...inputs.values()].map((schema) => valueOf(schema, {}))),
        key: fc.constant(null),
        headers: fc.constantFrom(...inputs.keys(), 'nobody').map((pipeline) => ({ pipeline })),
      };
    case 'runs': {
      const event = like(RunEvent, topics.runs);
      const many = fc.array(event, { minLength: 1, maxLength: 4 });
      return { topic: fc.constant(topics.runs), document: fc.oneof(event, many), key: runKey, headers: none };
    }
    case 'stage': {
      const stages = [...seen.keys()].filter((topic) => topic.startsWith(topics.stage('')));
      const command = fc.oneof(...stages.map((topic) => like(StepCommand, topic)));
      return { topic: fc.constantFrom(...stages), document: command, key: runKey, headers: none };
    }
    case 'deployments': {
      const request = fc.tuple(like(DeploymentRequest), pick(plans)).map(([one, plan]) => {
        const asked = one as { type?: string };
        return asked?.type === 'pipeline.deploy-requested' ? { ...asked, plan } : asked;
      });
      return { topic: fc.constant(topics.deployments), document: request, key: fc.constant(null), headers: none };
    }
    case 'dead-letters':
      return {
        topic: fc.constant(topics.deadLetters),
        document: like(ParkedStep, topics.deadLetters),
        key: runKey,
        headers: fc.oneof(none, letterHeaders(topics, (known['deadLetter'] ?? []) as readonly string[])),
      };
    case 'feed':
    case 'answers': {
      const topic = fc.constant(foreign[name]);
      return { topic, document: hostileValue, key: fc.constantFrom('a', 'b', null), headers: none };
    }
    case 'control':
      return { topic: fc.constant(topics.control), document: like(Control), key: runKey, headers: none };
    case 'plans':
      return {
        topic: fc.constant(topics.plans),
        document: pick(plans),
        key: pick(present(known['plan'], 'plan')) as never,
        headers: none,
      };
    case 'limits':
      return { topic: fc.constant(topics.limits), document: like(StageLimits), key: freeStage(known), headers: none };
    case 'contracts':
      return {
        topic: fc.constant(topics.contracts),
        document: like(AnnouncedContract),
        key: freeStage(known),
        headers: none,
      };
    case 'pauses':
      return {
        topic: fc.constant(topics.pauses),
        document: fc.oneof(like(StagePause), like(RunPause)),
        key: fc.oneof(
          freeStage(known).map((stage) => `stage/${stage}`),
          runKey.map((run) => `run/${run}`),
        ),
        headers: none,
      };
    case 'results':
      return {
        topic: fc.constant(topics.results),
        document: like(RunResult, topics.results),
        key: runKey,
        headers: none,
      };
    default:
      return modelShapeOf(name, topics, like);
  }
}

const freeStage = (known: Corpus['known']): fc.Arbitrary<string> => pick(known['stage'] ?? []) as fc.Arbitrary<string>;

/** The headers of a dead letter that was a record, each as it may be or as somebody else wrote it. */
function letterHeaders(topics: Topics, ids: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const usual: Record<string, fc.Arbitrary<string>> = {
    [UNREADABLE.deadLetter]: pick([...ids, 'dl_00000000000000000000000000']) as fc.Arbitrary<string>,
    [UNREADABLE.topic]: fc.constantFrom(topics.intake, topics.runs, 'elsewhere'),
    [UNREADABLE.partition]: fc.constantFrom('0', '3000000000', '-1'),
    [UNREADABLE.offset]: fc.constantFrom('0', '9007199254740993', 'x'),
    [UNREADABLE.timestamp]: fc.constantFrom(
      '2026-01-01T00:00:00Z',
      '-100000-01-01T00:00:00Z',
      '+275760-09-13T00:00:00Z',
    ),
    [UNREADABLE.failedAt]: fc.constantFrom('2026-01-01T00:00:00Z', '-100000-01-01T00:00:00Z', 'yesterday'),
    [UNREADABLE.failureKind]: fc.constantFrom('permanent', 'transient', 'odd'),
    [UNREADABLE.failureCode]: fc.constantFrom('INVALID_RECORD', 'a\0b'),
    [UNREADABLE.failureMessage]: hostileText.map((text) => text.slice(0, 5_000)),
    [UNREADABLE.failureDetails]: fc.constantFrom('{}', '[', '{"a":"\\u0000"}'),
  };
  return fc.record(usual, { requiredKeys: [UNREADABLE.deadLetter] }) as fc.Arbitrary<Record<string, string>>;
}
