// eslint-disable-next-line no-restricted-imports -- ajv has its 2020-12 dialect, which zod writes, nowhere else
import type { ErrorObject } from 'ajv/dist/2020.js';

/**
 * Leaves of what ajv says of a union only what it says of the branch that is closest to the value: a person who forgot one field of one form is not told
 * about the fields of another. Needs ajv's `verbose`.
 */
export function closestErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(isUnion).sort((a, b) => a.schemaPath.length - b.schemaPath.length);
  return unions.reduce((left, union) => (left.includes(union) ? withoutFarther(left, union) : left), errors);
}

const isUnion = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf';

function withoutFarther(errors: readonly ErrorObject[], union: ErrorObject): readonly ErrorObject[] {
  const branches = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const branch = branchOf(error, union);
    if (branch !== undefined) branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  const ranked = [...branches]
    .map(([branch, of]) => ({ branch, of, closeness: closenessOf(of, union, branch) }))
    .sort((a, b) => b.closeness - a.closeness);
  const [closest] = ranked;
  if (!closest) return errors;
  const others = errors.filter((error) => error !== union && branchOf(error, union) === undefined);
  const tied = ranked.filter(({ closeness, of }) => closeness === closest.closeness && of.every(isRequired));
  if (tied.length > 1) {
    const fields = tied.map(({ of }) => of.map(({ params }) => String(params['missingProperty'])).join(' and '));
    return [...others, { ...union, message: `must have ${fields.slice(0, -1).join(', ')} or ${fields.at(-1)}` }];
  }
  if (closest.closeness > -Infinity) return [...others, ...closest.of];
  const types = [...new Set(ranked.flatMap(({ of }) => of.filter(isType).map(({ params }) => String(params['type']))))];
  return [...others, types.length > 0 ? { ...union, message: `must be ${types.join(' or ')}` } : union];
}

/** The number of the branch in which an error is. */
function branchOf({ schemaPath, instancePath }: ErrorObject, union: ErrorObject): string | undefined {
  if (instancePath !== union.instancePath && !instancePath.startsWith(`${union.instancePath}/`)) return undefined;
  const start = `${union.schemaPath}/`;
  return schemaPath.startsWith(start) ? schemaPath.slice(start.length).split('/')[0] : undefined;
}

const isRequired = ({ keyword }: ErrorObject): boolean => keyword === 'required';
const isType = ({ keyword }: ErrorObject): boolean => keyword === 'type';

/** The fields of the value that the branch knows, less what is wrong with them; nothing is farther than another type. */
function closenessOf(errors: readonly ErrorObject[], union: ErrorObject, branch: string): number {
  if (errors.some((error) => isType(error) && error.instancePath === union.instancePath)) return -Infinity;
  const forms = union.parentSchema?.[union.keyword] as readonly { properties?: object }[] | undefined;
  const known = new Set(Object.keys(forms?.[Number(branch)]?.properties ?? {}));
  const value = union.data as unknown;
  const given = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return given.filter((name) => known.has(name)).length - errors.length;
}
