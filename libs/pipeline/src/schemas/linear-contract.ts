import { z } from 'zod';
import { type LinearPattern, linearPattern } from './linear-pattern.js';
import type { StageContract } from '../authoring/stage-contract.js';

/**
 * Puts the patterns of a contract (`z.string().regex(…)`) on an engine without back-tracking, so that no text keeps the stage busy for long. A pattern
 * that such an engine cannot run, as one that looks around, stays as it is.
 * @returns the patterns that stay, each with the reason
 */
export function makeLinear({ input, output }: StageContract): readonly string[] {
  const left = new Set<string>();
  for (const type of [input, output])
    for (const io of ['input', 'output'] as const) visit(type, io, (check) => replace(check, left));
  return [...left];
}

interface Check {
  format?: unknown;
  pattern?: unknown;
}

function visit(type: z.ZodType, io: 'input' | 'output', found: (check: Check) => void): void {
  z.toJSONSchema(type, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema: { _zod } }) => {
      for (const { _zod: check } of _zod.def.checks ?? []) found(check.def as Check);
    },
  });
}

function replace(check: Check, left: Set<string>): void {
  const { format, pattern } = check;
  // What zod brings along is linear.
  if (format !== 'regex' || !(pattern instanceof RegExp) || pattern instanceof LinearRegExp) return;
  try {
    if (/[^u]/.test(pattern.flags)) throw new Error(`it has the flags ${pattern.flags}`);
    check.pattern = new LinearRegExp(pattern, linearPattern(pattern.source));
  } catch (error) {
    left.add(`${String(pattern).slice(0, 200)}: ${(error as Error).message}`);
  }
}

class LinearRegExp extends RegExp {
  constructor(
    pattern: RegExp,
    private readonly engine: LinearPattern,
  ) {
    super(pattern);
  }

  override test(text: string): boolean {
    return this.engine.test(text);
  }
}
