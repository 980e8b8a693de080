import { z } from 'zod';
import { NamedPattern } from './patterns.js';

/** The products and issues that messages to an organisation speak of. */
export const Topics = z.object({
  /** The more particular product stands first: of two patterns that match at the same place, the first is taken. */
  products: z.array(NamedPattern).default([]),
  /** Tried from the first to the last; the first that matches is taken. */
  issues: z.array(NamedPattern).default([]),
});
export type Topics = z.infer<typeof Topics>;

/** Returns the name of the product that the text names first. */
export function productIn(text: string, products: readonly NamedPattern[]): string | undefined {
  let first: { name: string; index: number } | undefined;
  for (const { name, pattern } of products) {
    const index = pattern.exec(text)?.index;
    if (index !== undefined && (first === undefined || index < first.index)) first = { name, index };
  }
  return first?.name;
}

/** Returns the trouble in two or three words, e.g. `missing refund`. */
export function issueIn(text: string, issues: readonly NamedPattern[]): string | undefined {
  return issues.find(({ pattern }) => pattern.test(text))?.name;
}
