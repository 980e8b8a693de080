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
});
export type Given = z.infer<typeof Environment>;

/** Servers to use instead of starting some. */
export const givenServers = (): Given =>
  Environment.parse({
    KAFKA_BROKERS: process.env.KAFKA_BROKERS || undefined,
    DATABASE_URL: process.env.DATABASE_URL || undefined,
  });

/** The environment of a child: our own and what it is told. */
export const childEnv = (told: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...process.env, ...told });

/** What this process was told, for the readers of settings that Millrace's own services use. */
export const ownEnv = (): Readonly<Record<string, string | undefined>> => process.env;
