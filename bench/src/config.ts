import { z } from 'zod';

const Environment = z.object({
  /** A Kafka that is there already, as host:port, separated by commas. */
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/, 'KAFKA_BROKERS: expected host:port, separated by commas')
    .optional(),
  /** A PostgreSQL that is there already, under an account that may create databases. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'DATABASE_URL: expected a URL, e.g. postgres://user:password@localhost:5432/postgres')
    .optional(),
  /** A Redis that is there already, where BullMQ is measured. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'REDIS_URL: expected a URL, e.g. redis://localhost:6379')
    .optional(),
  /** A Temporal that is there already, as host:port, with the namespace `default`. */
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:,]+:\d{1,5}$/, 'TEMPORAL_ADDRESS: expected host:port')
    .optional(),
});
export type BenchEnvironment = z.infer<typeof Environment>;

/** Servers to use instead of starting some. */
export const givenServers = (): BenchEnvironment =>
  Environment.parse({
    KAFKA_BROKERS: process.env.KAFKA_BROKERS || undefined,
    DATABASE_URL: process.env.DATABASE_URL || undefined,
    REDIS_URL: process.env.REDIS_URL || undefined,
    TEMPORAL_ADDRESS: process.env.TEMPORAL_ADDRESS || undefined,
  });

/** Nobody reports to anybody what is measured here, and libraries do what they do in production. */
const ALL_CHILDREN = {
  NODE_ENV: 'production',
  DO_NOT_TRACK: '1',
  LANGSMITH_TRACING: 'false',
  LANGCHAIN_TRACING_V2: 'false',
};

/** The environment of a child: our own and what it is told. */
export const childEnv = (told: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...ALL_CHILDREN,
  ...told,
});

/** Returns this process's environment, for the readers of settings that Millrace's own services use. */
export const ownEnv = (): Readonly<Record<string, string | undefined>> => process.env;
