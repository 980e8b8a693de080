import { type BlobSettings, problemOfKeyFile, readBlobLocation } from '@millrace/blobs';
// The settings alone: a service on the embedded log loads no Kafka client.
import { kafkaSettings } from '@millrace/broker-kafka/settings';
import { DEFAULT_TOPIC_PREFIX } from '@millrace/contracts';
import { SAMPLERS, type Sampling } from '@millrace/telemetry';
import { z } from 'zod';
import { type Env, readAll, readSettings } from './config-error.js';
import { originOf } from '../http-guard.js';

const wholeNumber = (what: string, { min, max }: { min: number; max: number }) => {
  const message = `expected ${what} from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
};
const yesOrNo = z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true');
const url = (protocols: RegExp, example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.test(text), `expected a URL, e.g. ${example}`);

/** Several URLs with commas or spaces between them, as origins. A path is refused: pages and API are at the root. */
const origins = (example: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((urls) => urls.every(isOrigin), `expected URLs without a path or a login, e.g. ${example}`)
    .transform((urls) => urls.flatMap((url) => originOf(url) ?? []));

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && !(search || hash || username || password);
}

/** The settings that every service reads. docs/reference/settings.md is generated from the descriptions. */
export const ServiceEnvironment = z.object({
  MILLRACE_DATA: z
    .string()
    .default('./.millrace')
    .describe('The folder of the embedded log, of the embedded store (SQLite) and of the outbox.'),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'expected letters, digits, ".", "_" and "-", e.g. millrace.')
    .default(DEFAULT_TOPIC_PREFIX)
    .describe('The prefix of the names of topics, consumer groups and transactional ids.'),
  TOPIC_PARTITIONS: wholeNumber('a number of partitions', { min: 1, max: 1_000 })
    .default(4)
    .describe('The number of partitions of a topic that Millrace creates. Later changes do not touch existing topics.'),
  CREATE_TOPICS: yesOrNo.default(true).describe('`false`: topics are not created and have to exist.'),
  DATABASE_URL: url(/^postgres(ql)?:/, 'postgres://user:password@localhost:5432/millrace')
    .optional()
    .describe(
      'The PostgreSQL of coordinator and gateway. Without it they use SQLite in their process. Required with `NODE_ENV=production` and with several processes.',
    ),
  BLOBS: z
    .string()
    .refine(
      (text) => readBlobLocation(text) !== undefined,
      'expected a folder, or s3://BUCKET/PREFIX?endpoint=http://localhost:9000&region=us-east-1',
    )
    .optional()
    .describe(
      'Where large inputs and outputs are kept, the same for all services: a folder that all of them see, or `s3://BUCKET/PREFIX?endpoint=URL&region=REGION`, with the credentials where the SDK of AWS looks for them. Without it the embedded log keeps them in `blobs` of its folder, and on Kafka nothing larger than a record is taken.',
    ),
  BLOB_THRESHOLD: wholeNumber('a number of characters', { min: 1_024, max: 524_288 })
    .default(131_072)
    .describe(
      'Inputs and outputs of more characters than this, as JSON, go to the blob store and travel as references. Use the same value for all services.',
    ),
  BLOB_KEY_FILE: z
    .string()
    .superRefine((file, context) => {
      const wrong = problemOfKeyFile(file);
      if (wrong !== undefined) context.addIssue(wrong);
    })
    .optional()
    .describe(
      'A file with keys of 32 bytes, one a line, in base64 or hexadecimal digits. Blobs are encrypted with the first one (AES-256-GCM), and read with all of them.',
    ),
  PORT: wholeNumber('a port', { min: 0, max: 65_535 })
    .default(8080)
    .describe(
      'The port of the HTTP API and the console, or of `/livez`, `/readyz` and `/metrics`. `npm start` and `millrace dev` take the next free port.',
    ),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'The address to listen on. The API asks nobody who they are, so keep it on loopback or put a proxy in front.',
    ),
  PUBLIC_URL: origins('https://millrace.example.com')
    .default([])
    .describe(
      'The URLs by which browsers and other services reach the port, separated by commas, e.g. `https://millrace.example.com`. `localhost` and IP addresses need no entry.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?:/, 'http://localhost:4318')
    .optional()
    .describe('Where spans and metrics are sent, by OTLP over HTTP. Without it no span is made.'),
  // OpenTelemetry reads these two itself, and passes over all attributes where one of them cannot be read.
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .describe('The service name of spans and metrics. Without it the name of the service.'),
  OTEL_RESOURCE_ATTRIBUTES: z
    .string()
    .regex(
      /^\s*(?:[^=,]+=[^=,]*(?:,|$))*$/,
      'expected key=value,key=value, with "," and "=" in them written as %2C and %3D',
    )
    .optional()
    .describe('Attributes of spans and metrics, as `key=value,key=value`.'),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, `expected one of ${SAMPLERS.join(', ')}`)
    .default('parentbased_always_on')
    .describe('Which traces are kept, by OpenTelemetry’s names of samplers. Use the same value for all services.'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .transform(Number)
    .refine((ratio) => ratio >= 0 && ratio <= 1, 'expected a share from 0 to 1, e.g. 0.1')
    .default(1)
    .describe('The share of traces that a sampler with a ratio keeps.'),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: yesOrNo
    .default(false)
    .describe(
      '`true`: the span of each call of a model has an event with its prompt and its answer, without personal data and secrets that can be recognised. Names of people stay.',
    ),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'expected fatal, error, warn, info, debug, trace or silent',
    )
    .default('info')
    .describe('The least level of a log line. `npm start` and `millrace dev` use `warn`.'),
  LOG_PRETTY: yesOrNo.default(false).describe('`true`: log lines for people instead of JSON.'),
  MAX_PLAN_STEPS: wholeNumber('a number of steps', { min: 1, max: 100_000 })
    .default(1_000)
    .describe(
      'The most steps of a plan, with the steps of plans within it. Use the same value for gateway and coordinator.',
    ),
  DRAIN_MS: wholeNumber('a whole number of milliseconds', { min: 0, max: 3_600_000 })
    .default(20_000)
    .describe(
      'How many milliseconds the work in hand may take when a service stops or a partition moves to another process.',
    ),
});

/** The settings of every service, from its environment. */
export interface ServiceSettings {
  /** Undefined: the embedded log, in `dataDir`. */
  readonly kafka: ReturnType<typeof kafkaSettings> | undefined;
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly topicPartitions: number;
  /** Missing topics are created on start. */
  readonly createTopics: boolean;
  /** Undefined: SQLite, in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** The store of large inputs and outputs. `at` undefined: beside the embedded log; on Kafka nowhere, records carry them as far as they can. */
  readonly blobs: Omit<BlobSettings, 'at'> & { readonly at: BlobSettings['at'] | undefined };
  readonly port: number;
  readonly host: string;
  /** Origins under which the service's port is reached by name, beside localhost and IP addresses. */
  readonly publicUrls: readonly string[];
  readonly otlpEndpoint: string | undefined;
  /** The traces that are kept. */
  readonly sampling: Sampling;
  /** The spans of calls of models have their prompts and answers, redacted. */
  readonly modelContent: boolean;
  readonly logLevel: string;
  readonly logPretty: boolean;
  /** The most steps of a plan that is deployed, those of plans within it included. */
  readonly maxPlanSteps: number;
  /** The time for which a service that is told to stop may finish its work, in milliseconds. */
  readonly drainMs: number;
}

/**
 * Reads what every service is told.
 * @throws {ConfigError} with all problems at once
 */
export function serviceSettings(env: Env, service = 'millrace'): ServiceSettings {
  const [kafka, common] = readAll(service, [
    () => (env['KAFKA_BROKERS']?.trim() ? kafkaSettings(env) : undefined),
    () => readSettings(ServiceEnvironment, env, service),
  ] as const);
  return {
    kafka,
    dataDir: common.MILLRACE_DATA,
    topicPrefix: common.TOPIC_PREFIX,
    topicPartitions: common.TOPIC_PARTITIONS,
    createTopics: common.CREATE_TOPICS,
    databaseUrl: common.DATABASE_URL,
    blobs: {
      at: common.BLOBS === undefined ? undefined : readBlobLocation(common.BLOBS),
      threshold: common.BLOB_THRESHOLD,
      keyFile: common.BLOB_KEY_FILE,
    },
    port: common.PORT,
    host: common.HOST,
    publicUrls: common.PUBLIC_URL,
    otlpEndpoint: common.OTEL_EXPORTER_OTLP_ENDPOINT,
    sampling: { sampler: common.OTEL_TRACES_SAMPLER, ratio: common.OTEL_TRACES_SAMPLER_ARG },
    modelContent: common.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT,
    logLevel: common.LOG_LEVEL,
    logPretty: common.LOG_PRETTY,
    maxPlanSteps: common.MAX_PLAN_STEPS,
    drainMs: common.DRAIN_MS,
  };
}

/** The environment of this process: the one place that reads it. */
export const processEnv = (): Env => process.env;
