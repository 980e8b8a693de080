import { readFileSync } from 'node:fs';
import { z } from 'zod';

export type LogFunction = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** A metric for dashboards and autoscalers. Times are milliseconds. */
export type Metric =
  | {
      readonly name: 'commit';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly records: number;
      readonly ms: number;
    }
  | {
      readonly name: 'takeover';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly ms: number;
    }
  /** A batch that could not be read. */
  | { readonly name: 'damaged'; readonly topic: string; readonly partition: number }
  | { readonly name: 'window-full'; readonly group: string; readonly topic: string; readonly partition: number }
  /** Records that were read and are not finished: queued, in flight, waiting for their commit. */
  | {
      readonly name: 'backlog';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly records: number;
    };

/** The identity of a process in a consumer group. */
export interface GroupMember {
  readonly group: string;
  readonly memberId: string;
}

/** The settings by which Kafka is reached. */
export type KafkaAccess = Pick<KafkaSettings, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'log'>;

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | { readonly ca: string };
  readonly sasl?: Sasl;
  /** Transactional ids begin with it; services that share a group must share it, others must not. */
  readonly transactionalIdPrefix: string;
  /** A transaction that was left open ends after this time, and so does waiting for it; default 30,000. */
  readonly transactionTimeoutMs?: number;
  /** A process that was not heard of for so long loses its partitions; default 10,000. */
  readonly sessionTimeoutMs?: number;
  /**
   * A partition that goes to another member of its group is kept for at most so long, until what is in hand of it has
   * ended; what has not is done again by the next owner. Default 20,000.
   */
  readonly handOverMs?: number;
  /** A compressed batch that unpacks to more bytes is passed over, and parked; default 32 MiB. */
  readonly maxUnpackedBytes?: number;
  readonly log?: LogFunction;
  /** Called whenever this process has joined a group, anew or again. */
  readonly onMember?: (member: GroupMember) => void;
  readonly onMetric?: (metric: Metric) => void;
}

export type Sasl =
  | { readonly mechanism: 'plain'; readonly username: string; readonly password: string }
  | { readonly mechanism: 'scram-sha-256'; readonly username: string; readonly password: string }
  | { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string };

const trimmed = z.string().trim();

/** The settings by which a service reaches Kafka. */
export const KafkaEnvironment = z
  .object({
    KAFKA_BROKERS: trimmed
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean),
      )
      .refine(
        (list) => list.length > 0,
        'is missing: brokers as host:port, separated by commas, e.g. kafka-1:9092,kafka-2:9092',
      )
      .refine(
        (list) => list.every((one) => /^[^\s:]+:\d{1,5}$/.test(one)),
        'expected host:port, separated by commas, e.g. kafka-1:9092',
      )
      .describe(
        'The brokers as `host:port`, separated by commas. Without it a service uses the embedded log in its own process, so `NODE_ENV=production` requires it. `npm start` and `millrace dev` do not read it.',
      ),
    KAFKA_CLIENT_ID: trimmed
      .min(1, 'is empty: expected a name, e.g. millrace')
      .default('millrace')
      .describe('The client id that Kafka shows in its logs and metrics.'),
    KAFKA_SSL: z
      .enum(['true', 'false', ''], 'expected true or false')
      .default('')
      .describe('`true`: connections use TLS.'),
    KAFKA_SSL_CA: trimmed
      .optional()
      .describe('The path of a PEM file with the certificate of the authority. Turns TLS on.'),
    KAFKA_SASL_MECHANISM: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512', ''], 'expected plain, scram-sha-256 or scram-sha-512')
      .default('')
      .describe('The SASL mechanism; needs user name and password.'),
    KAFKA_SASL_USERNAME: z.string().default('').describe('The SASL user name.'),
    KAFKA_SASL_PASSWORD: z.string().default('').describe('The SASL password.'),
    KAFKA_SESSION_TIMEOUT_MS: trimmed
      .regex(/^(?:\d{4,7})?$/, 'expected a whole number of milliseconds, at least 1000, e.g. 10000')
      .default('')
      .describe(
        'After how many milliseconds without a heartbeat a process loses its partitions; 10000 unless set. Kafka accepts no less than its `group.min.session.timeout.ms` (6000).',
      ),
    KAFKA_MAX_UNPACKED_BYTES: trimmed
      .regex(/^(?:\d{6,10})?$/, 'expected a number of bytes from 100000 to 9999999999, e.g. 33554432')
      .default('')
      .describe(
        'The most bytes that a compressed batch may unpack to; 33554432 unless set. A larger batch is parked as a dead letter.',
      ),
  })
  .superRefine((env, problems) => {
    const need = (path: 'KAFKA_SASL_USERNAME' | 'KAFKA_SASL_PASSWORD'): void => {
      if (!env[path])
        problems.addIssue({
          code: 'custom',
          path: [path],
          message: 'is missing: KAFKA_SASL_MECHANISM is set and needs it',
        });
    };
    if (env.KAFKA_SASL_MECHANISM) {
      need('KAFKA_SASL_USERNAME');
      need('KAFKA_SASL_PASSWORD');
    } else if (env.KAFKA_SASL_USERNAME) {
      const message = 'is missing: KAFKA_SASL_USERNAME is set, so expected plain, scram-sha-256 or scram-sha-512';
      problems.addIssue({ code: 'custom', path: ['KAFKA_SASL_MECHANISM'], message });
    }
    if (env.KAFKA_SSL_CA && env.KAFKA_SSL === 'false') {
      problems.addIssue({
        code: 'custom',
        path: ['KAFKA_SSL'],
        message: 'is false, but KAFKA_SSL_CA names a certificate: unset one of them',
      });
    }
  });

/** Settings that cannot be used: each problem names its variable, what was found and what is expected. */
export class KafkaSettingsError extends Error {
  override readonly name = 'KafkaSettingsError';
  constructor(readonly problems: readonly { readonly variable: string; readonly problem: string }[]) {
    const count = problems.length === 1 ? '1 setting needs' : `${problems.length} settings need`;
    const lines = problems.map(({ variable, problem }) => `  ${variable.padEnd(22)}${problem}`);
    super([`Kafka cannot be reached: ${count} attention.`, ...lines].join('\n'));
  }
}

/**
 * Reads where and how to reach Kafka, from KAFKA_BROKERS, KAFKA_CLIENT_ID, KAFKA_SSL, KAFKA_SSL_CA (a path), KAFKA_SASL_MECHANISM,
 * KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SESSION_TIMEOUT_MS and KAFKA_MAX_UNPACKED_BYTES.
 * @throws {KafkaSettingsError} with all problems at once
 */
export function kafkaSettings(
  env: Readonly<Record<string, string | undefined>>,
): Pick<KafkaSettings, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'sessionTimeoutMs' | 'maxUnpackedBytes'> {
  const parsed = KafkaEnvironment.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ variable: String(issue.path[0]), problem: issue.message }));
  const ca = env['KAFKA_SSL_CA']?.trim();
  let certificate: string | undefined;
  if (ca) {
    try {
      certificate = readFileSync(ca, 'utf8');
    } catch {
      problems.push({ variable: 'KAFKA_SSL_CA', problem: 'cannot be read: expected the path of a PEM file' });
    }
  }
  if (!parsed.success || problems.length > 0) throw new KafkaSettingsError(problems);
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = parsed.data;
  const sessionTimeoutMs = Number(parsed.data.KAFKA_SESSION_TIMEOUT_MS);
  const maxUnpackedBytes = Number(parsed.data.KAFKA_MAX_UNPACKED_BYTES);
  return {
    brokers: parsed.data.KAFKA_BROKERS,
    clientId: parsed.data.KAFKA_CLIENT_ID,
    ...(certificate !== undefined ? { ssl: { ca: certificate } } : parsed.data.KAFKA_SSL === 'true' && { ssl: true }),
    ...(mechanism && { sasl: { mechanism, username, password } }),
    ...(sessionTimeoutMs > 0 && { sessionTimeoutMs }),
    ...(maxUnpackedBytes > 0 && { maxUnpackedBytes }),
  };
}
