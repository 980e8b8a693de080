import { isDeepStrictEqual } from 'node:util';
import { type ProblemCode, PROBLEMS } from '@millrace/contracts/http';
import { z } from 'zod';
import { MAIL } from './mail.js';
import type { Operation } from './operation.js';
import { OPERATIONS, SCHEMAS } from './operations.js';

type Json = Record<string, unknown>;

/** The one definition that schemas share: any JSON value, which holds values of its own kind. */
const JSON_VALUE = '#/components/schemas/JsonValue';
const jsonValueSchema = (): Json => pointedTo(z.toJSONSchema(z.json()), /"#"/g);

/**
 * OpenAPI 3.1 takes JSON Schema 2020-12 as it is, which is what zod makes. A reference counts from the root of the document,
 * so definitions of a schema become the document's.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, $defs, ...json } = z.toJSONSchema(schema, { io });
  for (const definition of Object.values($defs ?? {}))
    if (!isDeepStrictEqual(pointedTo(definition, DEFINITION), jsonValueSchema()))
      throw new Error('A schema of the API refers to a definition of its own: list that one in SCHEMAS.');
  return $defs ? pointedTo(json, DEFINITION) : json;
}

const DEFINITION = /"#\/\$defs\/\w+"/g;

function pointedTo(schema: object, references: RegExp): Json {
  const { $schema: _, ...json } = JSON.parse(
    JSON.stringify(schema).replaceAll(references, JSON.stringify(JSON_VALUE)),
  ) as Json;
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
      schemas: {
        ...Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema, 'output')])),
        JsonValue: jsonValueSchema(),
      },
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

function answerOf({ text, schema, type = 'application/json', example }: Operation['answers'][number]): Json {
  if (!schema && type === 'application/json') return { description: text };
  return {
    description: text,
    content: {
      [type]: {
        schema: schema ? { $ref: `#/components/schemas/${schema}` } : { type: 'string' },
        ...(example !== undefined && { example }),
      },
    },
  };
}

const ANYWHERE = ['INTERNAL', 'STORE_UNAVAILABLE', 'UNKNOWN_HOST', 'CROSS_SITE'] as const satisfies ProblemCode[];

function problemsOf({ problems, method }: Operation): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  const ofMethod = method === 'POST' ? (['INVALID_VALUE', 'UNSUPPORTED_CONTENT_TYPE', 'READ_ONLY'] as const) : [];
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
