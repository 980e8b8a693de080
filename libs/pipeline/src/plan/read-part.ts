import { isBlobReference } from '@millrace/contracts';
import { isChunked } from './items.js';
import type { Plan } from './plan.js';

type FieldsRead = ReadonlySet<string> | 'all';

const CACHE = new WeakMap<Plan, Map<string, FieldsRead>>();
/** Keys of a plan under which a name is a constant or a declaration; nothing is read there. */
const NOT_READ: ReadonlySet<string> = new Set(['$literal', 'given', 'predecessors', 'inputSchema', 'outputSchema']);

/**
 * Returns the part of a value that a child run's plan reads. Each chunk of a map is given the values that its items read; where that is one field of the
 * input, the chunk does not get the whole input, in which the list itself stands. The value stays whole where the plan reads all of it, or
 * reads it in another way than by a path.
 */
export function readPart(plan: Plan, name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (isChunked(value) || isBlobReference(value)) return value;
  const fields = fieldsOf(plan, name);
  if (fields === 'all') return value;
  return Object.fromEntries(Object.entries(value).filter(([field]) => fields.has(field)));
}

function fieldsOf(plan: Plan, name: string): FieldsRead {
  let byName = CACHE.get(plan);
  if (!byName) CACHE.set(plan, (byName = new Map()));
  let fields = byName.get(name);
  if (fields === undefined) byName.set(name, (fields = fieldsReadIn(plan, name)));
  return fields;
}

function fieldsReadIn(plan: Plan, name: string): FieldsRead {
  const fields = new Set<string>();
  const waiting: unknown[] = [plan];
  while (waiting.length > 0) {
    const next = waiting.pop();
    // The name stands in an expression, or in a path of another form.
    if (typeof next === 'string' && next.split(/\W/).includes(name)) return 'all';
    if (typeof next !== 'object' || next === null) continue;
    const path = (next as { $ref?: unknown }).$ref;
    if (Array.isArray(path) && Object.keys(next).length === 1) {
      const [from, field] = path as unknown[];
      if (from !== name) continue;
      if (typeof field !== 'string') return 'all';
      fields.add(field);
    } else for (const [key, part] of Object.entries(next)) if (!NOT_READ.has(key)) waiting.push(part);
  }
  return fields;
}
