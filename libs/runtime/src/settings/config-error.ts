import { withoutLogins } from '@millrace/contracts';
import type { z } from 'zod';

export type Env = Readonly<Record<string, string | undefined>>;

export interface ConfigProblem {
  readonly variable: string;
  /** Says what is wrong and what is expected; reads on from the variable's name. */
  readonly problem: string;
}

/** A service cannot start as it is configured. The message lists every problem, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly service: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const count = problems.length === 1 ? '1 setting needs' : `${problems.length} settings need`;
    const width = Math.max(...problems.map(({ variable }) => variable.length));
    const lines = problems.map(({ variable, problem }) => `  ${variable.padEnd(width)}  ${problem}`);
    super([`${service} cannot start: ${count} attention.`, ...lines].join('\n'));
  }
}

const SECRET = /password|secret|token|key|credential|sasl|url/i;

/**
 * Settings from environment variables. The schema's keys are the variables' names; each message says what is expected
 * (`expected a whole number of milliseconds, e.g. 60000`), what was given is put before it. An empty variable counts as
 * one that is not set.
 * @throws {ConfigError} with all problems at once
 */
export function readSettings<Schema extends z.ZodType>(schema: Schema, env: Env, service: string): z.output<Schema> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return data;
  throw new ConfigError(
    service,
    error.issues.map((issue) => ({
      variable: String(issue.path[0] ?? 'settings'),
      problem: problemOf(issue, given[String(issue.path[0])]),
    })),
  );
}

function problemOf({ path, message }: z.core.$ZodIssue, value: string | undefined): string {
  if (message.startsWith('is ')) return message;
  if (value === undefined) return `is missing: ${message}`;
  return SECRET.test(String(path[0]))
    ? `cannot be used: ${message}`
    : `is ${JSON.stringify(withoutLogins(value))}: ${message}`;
}

/**
 * Runs several readers of settings, so that all their problems are told together.
 * @throws {ConfigError}
 */
export function readAll<Read extends readonly unknown[]>(
  service: string,
  readers: { readonly [Place in keyof Read]: () => Read[Place] },
): Read {
  const problems: ConfigProblem[] = [];
  const read = readers.map((reader) => {
    try {
      return reader();
    } catch (error) {
      const found = (error as { problems?: unknown } | undefined)?.problems;
      if (!Array.isArray(found)) throw error;
      // A setting of several services is named once.
      for (const one of found as ConfigProblem[])
        if (!problems.some(({ variable, problem }) => variable === one.variable && problem === one.problem))
          problems.push(one);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(service, problems);
  return read as unknown as Read;
}
