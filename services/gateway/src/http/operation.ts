import type { ProblemCode } from '@millrace/contracts/http';
import type { z } from 'zod';

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
  readonly answers: Readonly<
    Record<number, { readonly text: string; readonly schema?: string; readonly type?: string }>
  >;
  readonly problems: readonly ProblemCode[];
}

export const ok = (schema: string, text: string) => ({ 200: { text, schema } });
export const accepted = { 202: { text: 'Durable, and about to take effect.', schema: 'Accepted' } } as const;
