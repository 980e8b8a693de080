import { defineStage, pipeline } from '@millrace/pipeline';
import { z } from 'zod';

const Task = z.object({
  /** The time that it takes; less than 0: for ever. */
  ms: z.number(),
  /** The number of bytes of text that it gives. */
  give: z.int().nonnegative(),
  pad: z.string().default(''),
});
const Text = z.object({ text: z.string() });

/** Does what it is told. */
export const work = defineStage({ name: 'work', input: Task, output: Text, retry: { maxAttempts: 1 } });

const input = Task.extend({ then: z.int().nonnegative() });

/** One step, which may never end. */
export const one = pipeline({ name: 'one', input }, ({ input, step }) =>
  step('work', work, { ms: input.ms, give: input.give, pad: input.pad }, { timeout: '90s' }),
);

/** The second step’s command carries what the run was asked with, and what the first gave, which the third reads. */
export const handedOff = pipeline({ name: 'handed-off', input }, ({ input, step }) => {
  const first = step('first', work, { ms: input.ms, give: input.give });
  const second = step('second', work, { ms: 0, give: 0, pad: input.pad }, { after: [first] });
  return step('third', work, { ms: 0, give: input.then, pad: first.text }, { after: [second] });
});

/** Joins the outputs of two steps in a third. */
export const joined = pipeline({ name: 'joined', input }, ({ input, step }) => {
  const left = step('left', work, { ms: input.ms, give: input.give });
  const right = step('right', work, { ms: input.ms, give: input.then });
  return step('join', work, { ms: 0, give: 0, pad: left.text }, { after: [right] });
});

/** Joins the outputs of two steps in the run's output. */
export const gathered = pipeline({ name: 'gathered', input }, ({ input, step }) => {
  const left = step('left', work, { ms: input.ms, give: input.give });
  const right = step('right', work, { ms: input.ms, give: input.then });
  return { left: left.text, right: right.text };
});

/** Waits for a person. */
export const asked = pipeline({ name: 'asked', input }, ({ review }) =>
  review('approve', z.object({ approved: z.boolean() }), { timeout: '3d' }),
);
