import { cut } from '@millrace/contracts';
import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { RequestProblem } from './problems.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  /** The unknown keys that zod reports. */
  readonly keys?: readonly string[];
}

class Unfit extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super();
  }
}

/** Holds bodies and query parameters to their schemas; a problem says which of the two is wrong. */
export class RequestValidation extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Unfit(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return (await super.transform(value, metadata)) as T;
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      throw metadata.type === 'query' ? queryProblem(error.issues, metadata.schema) : bodyProblem(error.issues);
    }
  }
}

/**
 * Returns what a request comes to as a record on a topic, whose own schema has the last word: a name may come from the path.
 * @throws {RequestProblem} INVALID_REQUEST
 */
export function recordOf<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): z.output<Schema> {
  const read = schema.safeParse(value);
  if (!read.success) throw bodyProblem(read.error.issues);
  return read.data;
}

const MOST = 20;
/** The most characters of a message, which may quote the request's unknown keys. */
const LONGEST = 1_000;
const short = (words: string): string => cut(words, LONGEST);

function bodyProblem(issues: readonly Issue[]): RequestProblem {
  const errors = issues.slice(0, MOST).map(({ path = [], message }) => ({
    pointer: short(pointerOf(path)),
    detail: short(message),
  }));
  const [first] = errors;
  const detail = `The request is not valid: ${first?.pointer || 'body'}: ${first?.detail}`;
  return new RequestProblem('INVALID_REQUEST', detail, { errors });
}

function queryProblem(issues: readonly Issue[], schema: unknown): RequestProblem {
  const unknown = issues.flatMap(({ keys = [] }) => keys);
  if (unknown.length > 0 && schema instanceof z.ZodObject) return unknownParameters(unknown, Object.keys(schema.shape));
  const errors = issues
    .slice(0, MOST)
    .map(({ path = [], message }) => ({ pointer: short(pointerOf(path)), detail: short(message) }));
  const [first] = errors;
  const detail = `The query parameter "${first?.pointer.slice(1, 101)}" is not valid: ${first?.detail}`;
  return new RequestProblem('INVALID_REQUEST', detail, { errors });
}

/** Returns the problem of query parameters that an operation does not have; `names` are those that it has. */
export function unknownParameters(unknown: readonly string[], names: readonly string[]): RequestProblem {
  const errors = unknown
    .slice(0, MOST)
    .map((name) => ({ pointer: short(pointerOf([name])), detail: 'Not known here.' }));
  const there = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const detail = `There is no query parameter "${errors[0]?.pointer.slice(1, 101)}" here; ${there}.`;
  return new RequestProblem('INVALID_REQUEST', detail, { errors });
}

const pointerOf = (path: NonNullable<Issue['path']>): string =>
  path
    .map(
      (part) =>
        '/' +
        String(typeof part === 'object' ? part.key : part)
          .slice(0, 200)
          .replaceAll('~', '~0')
          .replaceAll('/', '~1'),
    )
    .join('');
