import { fieldOf, formsOf, type JsonSchema, mayBeNull } from './json-schema.js';

/** A schema together with what its references point into. */
interface Rooted {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

export const rooted = (schema: JsonSchema): Rooted => ({ schema, root: schema });

interface FitPosition {
  readonly pointer: string;
  readonly depth: number;
}

/**
 * Returns what keeps values of one schema from taking the place of another's, as `/pointer: reason`; undefined where nothing is found. It looks at types,
 * fields and fixed values, not at lengths or patterns.
 */
export function misfit(
  given: Rooted,
  wanted: Rooted,
  place: FitPosition = { pointer: '', depth: 0 },
): string | undefined {
  const forms = formsOf(given.schema, given.root);
  const targets = formsOf(wanted.schema, wanted.root);
  if (mayBeNull(given.schema, given.root) && !mayBeNull(wanted.schema, wanted.root))
    return `${place.pointer || '/'}: may be null`;
  if (place.depth > 20) return undefined;
  for (const form of forms) {
    const reasons = targets.map((target) =>
      formMisfit({ ...given, schema: form }, { ...wanted, schema: target }, place),
    );
    if (reasons.length > 0 && reasons.every((reason) => reason !== undefined)) return reasons[0];
  }
  return undefined;
}

function formMisfit(given: Rooted, wanted: Rooted, { pointer, depth }: FitPosition): string | undefined {
  const [has, wants] = [given.schema, wanted.schema];
  const values = valuesOf(wants);
  const offered = valuesOf(has);
  if (values && !offered?.every((value) => values.includes(value)))
    return `${pointer || '/'}: may be other than ${values.map(String).join(', ')}`;
  if (wants.type === undefined || values) return undefined;
  const isSame = has.type === wants.type || (has.type === 'integer' && wants.type === 'number');
  if (!isSame) return `${pointer || '/'}: is ${String(has.type ?? 'anything')}, not ${String(wants.type)}`;
  if (wants.type === 'array' && typeof wants.items === 'object' && typeof has.items === 'object') {
    return misfit(
      { ...given, schema: has.items },
      { ...wanted, schema: wants.items },
      { pointer: `${pointer}/items`, depth: depth + 1 },
    );
  }
  for (const [key, field] of Object.entries(wants.properties ?? {})) {
    const at = `${pointer}/${key}`;
    const isThere = has.properties !== undefined && Object.hasOwn(has.properties, key);
    const own = fieldOf(has, key, given.root);
    if (own.mayBeAbsent && wants.required?.includes(key)) return `${at}: may be missing`;
    const reason = isThere
      ? misfit({ ...given, schema: own.field }, { ...wanted, schema: field }, { pointer: at, depth: depth + 1 })
      : undefined;
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const valuesOf = ({ enum: values, const: only }: JsonSchema): readonly unknown[] | undefined =>
  values ?? (only === undefined ? undefined : [only]);
