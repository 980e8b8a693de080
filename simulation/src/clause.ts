import fc from 'fast-check';

/** A condition, nested: over earlier steps by number, in the words that plans are written in, or in some that fail. */
export type Clause =
  | { readonly is: 'above' | 'above, if it is there' | 'nonsense'; readonly of: number; readonly than: number }
  | { readonly not: Clause }
  | { readonly all: readonly [Clause, Clause] }
  | { readonly any: readonly [Clause, Clause] };

export const clause: fc.Arbitrary<Clause> = fc.letrec<{ clause: Clause }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 3, depthSize: 'medium', withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc.record({
        is: fc.constantFrom(
          'above, if it is there',
          'above, if it is there',
          'above, if it is there',
          'above',
          'nonsense',
        ),
        of: fc.nat(30),
        than: fc.constantFrom(0, 3, 12),
      }) as fc.Arbitrary<Clause>,
    },
    { weight: 1, arbitrary: fc.record({ not: tie('clause') }) },
    { weight: 2, arbitrary: fc.record({ all: fc.tuple(tie('clause'), tie('clause')) }) },
    { weight: 2, arbitrary: fc.record({ any: fc.tuple(tie('clause'), tie('clause')) }) },
  ),
})).clause;

/** The numbers that it reads. */
export function readBy(one: Clause): readonly number[] {
  if ('is' in one) return [one.of];
  if ('not' in one) return readBy(one.not);
  return ('all' in one ? one.all : one.any).flatMap(readBy);
}

/** Returns the CEL expression. */
export function celOf(one: Clause, name: (number: number) => string): string {
  if ('not' in one) return `!(${celOf(one.not, name)})`;
  if ('all' in one) return one.all.map((part) => `(${celOf(part, name)})`).join(' && ');
  if ('any' in one) return one.any.map((part) => `(${celOf(part, name)})`).join(' || ');
  const above = `${name(one.of)}.n > ${one.than}.0`;
  if (one.is === 'nonsense') return `${name(one.of)}.nowhere > 1.0`;
  return one.is === 'above' ? above : `${name(one.of)} != null && ${above}`;
}

/** Evaluates a condition without CEL: a part that cannot be told matters only where the rest does not settle it. */
export function holds(one: Clause, valueOf: (number: number) => { n: number } | undefined): boolean | 'cannot be told' {
  if ('not' in one) {
    const told = holds(one.not, valueOf);
    return told === 'cannot be told' ? told : !told;
  }
  if ('is' in one) {
    const value = valueOf(one.of);
    if (one.is === 'nonsense') return 'cannot be told';
    return value ? value.n > one.than : one.is === 'above' ? 'cannot be told' : false;
  }
  const [parts, settles] = 'all' in one ? [one.all, false] : [one.any, true];
  const told = parts.map((part) => holds(part, valueOf));
  if (told.includes(settles)) return settles;
  return told.includes('cannot be told') ? 'cannot be told' : !settles;
}
