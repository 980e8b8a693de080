import type { ProblemCode } from '@millrace/contracts/http';
import type { z } from 'zod';

interface Answer {
  readonly text: string;
  readonly schema?: string;
  readonly type?: string;
  /** An answer for the document to show. */
  readonly example?: unknown;
}

/** One operation of the API. `schema` names one of the document's. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** As in OpenAPI: `/v1/runs/{id}`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** Request headers, by name, with what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** The body may be missing. */
  readonly optionalBody?: boolean;
  readonly takesMail?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly problems: readonly ProblemCode[];
}

export const ok = (schema: string, text: string, example?: unknown) => ({
  200: { text, schema, ...(example !== undefined && { example }) },
});
export const accepted = { 202: { text: 'Durable, and about to take effect.', schema: 'Accepted' } } as const;
