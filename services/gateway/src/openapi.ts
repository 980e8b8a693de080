import { type ProblemCode, PROBLEMS } from '@millrace/contracts/http';
import { z } from 'zod';
import { MAIL } from './body.js';
import type { Operation } from './operation.js';
import { OPERATIONS, SCHEMAS } from './operations.js';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is, which is what zod makes. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}

/** The API as an OpenAPI 3.1 document. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = described(operation);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Millrace',
      version: '1',
      description: 'Starts runs, shows them, and lets people act on them. Every error is an RFC 9457 problem.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema, 'output')])),
    },
  };
}

function described(operation: Operation): Json {
  const { id, summary, body, answers } = operation;
  return {
    operationId: id,
    summary,
    parameters: parametersOf(operation),
    ...(body && { requestBody: requestOf(operation, body) }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...problemsOf(operation),
    },
  };
}

function parametersOf({ path, query, headers = {} }: Operation): Json[] {
  const text = { type: 'string' };
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  const inHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: text,
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function requestOf({ optionalBody, takesMail }: Operation, body: z.ZodType): Json {
  return {
    required: !optionalBody,
    content: {
      'application/json': { schema: schemaOf(body, 'input') },
      ...(takesMail && { [MAIL]: { schema: { type: 'string', format: 'binary' } } }),
    },
  };
}

function answerOf({ text, schema, type = 'application/json' }: Operation['answers'][number]): Json {
  if (!schema && type === 'application/json') return { description: text };
  return {
    description: text,
    content: { [type]: { schema: schema ? { $ref: `#/components/schemas/${schema}` } : { type: 'string' } } },
  };
}

const ANYWHERE = ['INTERNAL', 'STORE_UNAVAILABLE', 'UNKNOWN_HOST', 'CROSS_SITE'] as const satisfies ProblemCode[];

function problemsOf({ problems, method }: Operation): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  const ofMethod = method === 'POST' ? (['INVALID_VALUE', 'UNSUPPORTED_CONTENT_TYPE'] as const) : [];
  for (const code of new Set([...problems, ...ofMethod, ...ANYWHERE])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
