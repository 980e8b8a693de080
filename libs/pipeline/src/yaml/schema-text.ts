import { present } from '@millrace/contracts';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { jsonSchemaOf } from '../schemas/json-schema.js';
import type { YamlPath, Report } from './yaml-path.js';

type Json = z.core.util.JSONType;
type Fields = Readonly<Record<string, unknown>>;

/** The names of types. */
const WORDS: Readonly<Record<string, () => z.ZodType>> = {
  string: () => z.string(),
  number: () => z.number(),
  integer: () => z.int(),
  boolean: () => z.boolean(),
  null: () => z.null(),
  any: () => z.unknown(),
  email: () => z.email(),
  url: () => z.url(),
  datetime: () => z.iso.datetime(),
  date: () => z.iso.date(),
};

/** Writes an object that holds any JSON Schema where a type is expected. */
const RAW = '$json';

/**
 * A type as people write it: `string`, `integer[]`, `low | normal | high`, `string | null`; fields as an object, `name?` where they may be left out;
 * a list of one type. It is the JSON Schema that the same zod type has. A JSON Schema itself, where it has its `$schema`, or under `$json`.
 */
export function readSchema(text: unknown, at: YamlPath, report: Report): Json {
  if (isFields(text) && typeof text['$schema'] === 'string') return text as Json;
  if (isFields(text) && isDeepStrictEqual(Object.keys(text), [RAW])) return text[RAW] as Json;
  return jsonOf(typeIn(text, at, report));
}

/** The same of a JSON Schema: `readSchema` makes the same of it again. */
export function schemaText(schema: unknown): unknown {
  const short = shortOf(schema);
  let isSame = true;
  const again = readSchema(short, [], () => (isSame = false));
  if (isSame && isDeepStrictEqual(again, schema)) return short;
  return isFields(schema) && typeof schema['$schema'] === 'string' ? schema : { [RAW]: schema };
}

const jsonOf = (type: z.ZodType): Json => jsonSchemaOf(type, 'input', 'a type') as Json;

function typeIn(text: unknown, at: YamlPath, report: Report): z.ZodType {
  if (typeof text === 'string') return typeOf(text, at, report);
  if (text === null) return z.null();
  if (Array.isArray(text)) {
    if (text.length === 1) return z.array(typeIn(text[0], [...at, 0], report));
    report({ at, what: 'a list has one type in it, that of all its items: [string]' });
    return z.unknown();
  }
  if (!isFields(text)) {
    report({ at, what: `${JSON.stringify(text)} is no type: write e.g. string, number, a | b, or fields` });
    return z.unknown();
  }
  if (isDeepStrictEqual(Object.keys(text), [RAW])) return rawType(text[RAW]);
  return z.object(
    Object.fromEntries(
      Object.entries(text).map(([key, field]) => {
        const type = typeIn(field, [...at, key], report);
        return key.endsWith('?') ? [key.slice(0, -1), type.optional()] : [key, type];
      }),
    ),
  );
}

/** Returns a type that keeps JSON Schema which zod cannot express, as it is. */
function rawType(schema: unknown): z.ZodType {
  return z.unknown().meta(schema as Record<string, unknown>);
}

function typeOf(text: string, at: YamlPath, report: Report): z.ZodType {
  const parts = text.split('|').map((part) => part.trim());
  const words = parts.filter((part) => !Object.hasOwn(WORDS, part.replace(/(\[\])+$/, '')));
  const types = parts.filter((part) => !words.includes(part)).map(wordType);
  if (words.length > 0) {
    const isAlone = words.length === 1 && types.length === 0;
    if (isAlone || words.some((word) => !/^[\w.:/+ -]+$/.test(word))) {
      const known = Object.keys(WORDS).join(', ');
      report({ at, what: `"${text}" is no type: ${known}, with [] for a list of them; values as a | b; fields` });
    }
    types.unshift(z.enum(words));
  }
  const [only, another] = types;
  return another ? z.union(types) : (only ?? z.unknown());
}

function wordType(text: string): z.ZodType {
  return text.endsWith('[]') ? z.array(wordType(text.slice(0, -2))) : present(WORDS[text], `type "${text}"`)();
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const named = Object.entries(WORDS).map(([word, typeOf]) => {
  const { $schema: _, ...schema } = jsonOf(typeOf()) as Fields;
  return { word, schema };
});

/** Returns the short form that might stand for a schema; the caller checks that it does. */
function shortOf(schema: unknown): unknown {
  if (!isFields(schema)) return { [RAW]: schema };
  const { $schema: _, ...own } = schema;
  const word = named.find((one) => isDeepStrictEqual(one.schema, own))?.word;
  if (word !== undefined) return word;
  const { type, properties, required, items, enum: values, anyOf } = own as Record<string, unknown>;
  if (Array.isArray(type) && Object.keys(own).length === 1) return unionOf(type.map((one: unknown) => ({ type: one })));
  if (Array.isArray(anyOf)) return unionOf(anyOf);
  if (Array.isArray(values)) return values.join(' | ');
  if (type === 'array') return listOf(shortOf(items));
  if (type !== 'object' || !isFields(properties)) return { [RAW]: own };
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [isRequired(name) ? name : `${name}?`, schemaPart(field)]),
  );
}

const listOf = (item: unknown): unknown => (typeof item === 'string' && !item.includes('|') ? `${item}[]` : [item]);

function unionOf(forms: readonly unknown[]): unknown {
  const texts = forms.map(shortOf);
  return texts.every((text) => typeof text === 'string') ? texts.join(' | ') : { [RAW]: { anyOf: forms } };
}

/** Below the top there is no `$schema` in a schema. */
function schemaPart(schema: unknown): unknown {
  const text = schemaText({ $schema: DIALECT, ...(schema as object) });
  return isFields(text) && '$schema' in text ? { [RAW]: schema } : text;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
