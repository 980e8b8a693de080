import { pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { calculate, lookUp, note, State, think } from './stages/contracts.js';

/** Looks several things up at once; what nothing is known of is left out. */
export const research = pipeline(
  { name: 'agent-research', input: z.object({ subjects: z.array(z.string()) }) },
  ({ input, map, step }) => ({
    found: map('find', input.subjects, (subject) => step('lookUp', lookUp, { subject }), { onItemFailure: 'skip' }),
  }),
);

const Task = z.object({ question: z.string().min(1), budget: z.number().nonnegative() });

const NOTHING = { default: { found: 'Nothing was found.' } };

/** Thinks, uses a tool, notes what it found, and thinks again, until it answers: when it knows enough, or can afford no more. */
export const agent = pipeline({ name: 'agent', input: Task }, ({ input, loop, step, choose, subPipeline }) => {
  const start = { notes: [], spent: 0, done: false, complete: false, answer: '' };
  const worked = loop('work', State, { until: (round) => round.done, max: 20, onLimit: 'fail', start }, (before) => {
    const { question, budget } = input;
    const next = step('think', think, { question, budget, notes: before.notes, spent: before.spent });
    const used = choose(
      'tool',
      next.tool,
      {
        calculate: () => ({
          found: [step('calculate', calculate, { expression: next.argument }, { onFailure: NOTHING })],
        }),
        lookUp: () => ({ found: [step('lookUp', lookUp, { subject: next.argument }, { onFailure: NOTHING })] }),
        compare: () => ({ found: subPipeline('research', research, { subjects: next.subjects }).found }),
      },
      () => ({ found: [{ found: next.argument }] }),
    );
    return step('note', note, { before, next, found: used.found });
  });
  return { answer: worked.answer, complete: worked.complete, spent: worked.spent };
});
