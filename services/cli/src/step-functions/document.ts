import { present } from '@millrace/contracts';

/**
 * The input of a state, made of the run's input and steps' outputs: a mapping of a plan, or a mapping with something put into it,
 * `{ $over: [doc, path, value] }`.
 */
export type Doc = null | string | number | boolean | readonly Doc[] | { readonly [field: string]: Doc };
type Fields = Readonly<Record<string, Doc>>;

export const refTo = (...path: readonly string[]): Doc => ({ $ref: path });

/** The fields of an object that is made by name; undefined for any other value. */
export const fieldsOf = (doc: Doc): readonly string[] | undefined =>
  isFields(doc) && !keyOf(doc)?.startsWith('$') ? Object.keys(doc) : undefined;

const isFields = (doc: Doc): doc is Fields => typeof doc === 'object' && doc !== null && !Array.isArray(doc);
const keyOf = (doc: Doc): string | undefined => (isFields(doc) ? Object.keys(doc)[0] : undefined);

/** A part of a document. */
export function partOf(doc: Doc, path: readonly string[]): Doc {
  const [first, ...rest] = path;
  if (first === undefined) return doc;
  if (Array.isArray(doc)) return partOf((doc as readonly Doc[])[Number(first)] ?? null, rest);
  if (!isFields(doc)) return null;
  switch (keyOf(doc)) {
    case '$ref':
      return {
        $ref: [...(doc['$ref'] as readonly Doc[]), ...path.map((part) => (/^\d+$/.test(part) ? Number(part) : part))],
      };
    case '$orElse':
      return { $orElse: (doc['$orElse'] as readonly Doc[]).map((one) => partOf(one, path)) };
    case '$literal':
      return partOf(present(doc['$literal'], 'literal'), path);
    case '$over': {
      const [base, at, value] = doc['$over'] as unknown as readonly [Doc, readonly string[], Doc];
      if (at.every((part, i) => path[i] === part)) return partOf(value, path.slice(at.length));
      const isAround = path.every((part, i) => at[i] === part);
      return isAround ? { $over: [partOf(base, path), at.slice(path.length), value] } : partOf(base, path);
    }
    default:
      return partOf(doc[first] ?? null, rest);
  }
}

/** The document with a value put into it: `ResultPath`. */
export function putInto(doc: Doc, path: readonly string[], value: Doc): Doc {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const isMade = isFields(doc) && !['$ref', '$orElse', '$over', '$literal'].includes(keyOf(doc) ?? '');
  if (isMade) return { ...doc, [first]: putInto(doc[first] ?? {}, rest, value) };
  return { $over: [doc, path, value] };
}

/** The fields of what a step gives, where that is an object with these and no others. */
export type FieldsOf = (step: string) => readonly string[] | undefined;

/** Returns the form that a plan can hold; undefined where it is an object that is not known with something put into it. */
export function mappingOf(doc: Doc, fieldsOf: FieldsOf): Doc | undefined {
  if (typeof doc === 'string') return doc.replaceAll('$', '$$$$');
  if (Array.isArray(doc)) {
    const items = doc.map((item) => mappingOf(item as Doc, fieldsOf));
    return items.includes(undefined) ? undefined : (items as Doc[]);
  }
  if (!isFields(doc) || '$ref' in doc || '$literal' in doc) return doc;
  if ('$over' in doc) {
    const whole = spelledOut(doc, fieldsOf);
    return isFields(whole) && '$over' in whole ? undefined : mappingOf(whole, fieldsOf);
  }
  const fields = Object.entries(doc).map(([field, part]) => [field, mappingOf(part, fieldsOf)] as const);
  return fields.some(([, part]) => part === undefined) ? undefined : (Object.fromEntries(fields) as Doc);
}

/** With each field by itself, where the fields are known. */
function spelledOut(doc: Doc, fieldsOf: FieldsOf): Doc {
  if (!isFields(doc)) return doc;
  if ('$over' in doc) {
    const [base, path, value] = doc['$over'] as unknown as readonly [Doc, readonly string[], Doc];
    return putInto(spelledOut(base, fieldsOf), path, value);
  }
  const [step, part] = ('$ref' in doc ? doc['$ref'] : []) as readonly string[];
  if (step === undefined || part !== undefined) return doc;
  const fields = fieldsOf(step);
  return fields ? Object.fromEntries(fields.map((field) => [field, refTo(step, field)])) : doc;
}

/** Returns the CEL expression; undefined where that is no value that a condition can compare. */
export function celOf(doc: Doc): string | undefined {
  if (typeof doc === 'number') return Number.isInteger(doc) ? `${doc}.0` : String(doc);
  if (doc === null || typeof doc !== 'object') return JSON.stringify(doc);
  if (!isFields(doc)) return undefined;
  if ('$ref' in doc) {
    const [from, ...path] = doc['$ref'] as readonly (string | number)[];
    return (
      String(from) +
      path.map((part) => (/^[A-Za-z_]\w*$/.test(String(part)) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('')
    );
  }
  if (!('$orElse' in doc)) return undefined;
  const parts = (doc['$orElse'] as readonly Doc[]).map((one) => ({ text: celOf(one), root: celOf(rootOf(one)) }));
  const last = parts.at(-1)?.text;
  if (last === undefined || parts.some(({ text }) => text === undefined)) return undefined;
  return parts.slice(0, -1).reduceRight((rest, { text, root }) => `(${root} != null ? ${text} : ${rest})`, last);
}

const rootOf = (doc: Doc): Doc =>
  isFields(doc) && '$ref' in doc ? { $ref: (doc['$ref'] as readonly Doc[]).slice(0, 1) } : doc;
