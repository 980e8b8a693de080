import type { ASTNode } from '@marcbachmann/cel-js';
import { FilterError } from './filter-model.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h))+$/;

/** Returns the milliseconds of `duration("1h30m")`. @throws {FilterError} for anything else */
export function durationMs({ op, args }: ASTNode): number {
  const [name, [given]] = op === 'call' ? (args as [string, readonly ASTNode[]]) : ['', []];
  const text = name === 'duration' && given?.op === 'value' ? given.args : undefined;
  if (typeof text !== 'string' || !DURATION.test(text))
    throw new FilterError('a time moves by duration("…"), with h, m, s and ms, e.g. duration("24h")');
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}
