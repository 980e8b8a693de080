import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

/** A finding of the agent, and the tool that found it. */
export const Note = z.object({ tool: z.string(), argument: z.string(), found: z.string() });
export type Note = z.infer<typeof Note>;

/** The state that a round passes on to the next. */
export const State = z.object({
  notes: z.array(Note),
  spent: z.number(),
  done: z.boolean(),
  /** The answer says all that was asked for. */
  complete: z.boolean(),
  answer: z.string(),
});

export const Next = z.object({
  tool: z.enum(['calculate', 'lookUp', 'compare', 'answer']),
  /** The argument of the tool, or the answer itself. */
  argument: z.string(),
  /** The subjects to compare. */
  subjects: z.array(z.string()),
  cost: z.number(),
  complete: z.boolean(),
});
export type Next = z.infer<typeof Next>;

/** Says what to do next: use a tool that the budget allows, or answer. */
export const think = defineStage({
  name: 'agent-think',
  summary: 'Next: {tool} {argument}',
  input: z.object({ question: z.string(), notes: z.array(Note), spent: z.number(), budget: z.number() }),
  output: Next,
});

const Found = z.object({ found: z.string() });
export const calculate = defineStage({
  name: 'agent-calculate',
  summary: 'Found: {found}',
  input: z.object({ expression: z.string() }),
  output: Found,
});
export const lookUp = defineStage({ name: 'agent-look-up', input: z.object({ subject: z.string() }), output: Found });

/** Puts what was found with what was known, and counts what it cost. */
export const note = defineStage({
  name: 'agent-note',
  summary: '{notes} notes, {spent} spent{done?, done}',
  input: z.object({ before: State, next: Next, found: z.array(Found) }),
  output: State,
});
