import { createHash } from 'node:crypto';
import type { Plan } from './plan.js';

/** JSON with sorted keys, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}

/** A plan's name: 32 hexadecimal digits that follow from its content, whatever the order of its keys. */
export function hashOf(plan: Plan | object): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex').slice(0, 32);
}
