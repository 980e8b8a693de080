import { z } from 'zod';

/** A regular expression as a data file holds it. Capitals do not matter. */
export const Pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, 'i');
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a regular expression' });
    return z.NEVER;
  }
});

/** A name, and the pattern that a text matches when it speaks of what is named. */
export const NamedPattern = z.object({ name: z.string().min(1), pattern: Pattern });
export type NamedPattern = z.infer<typeof NamedPattern>;
