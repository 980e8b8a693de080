import { defineStage } from '@millrace/pipeline';
import { z } from 'zod';

// A contract is what a stage takes and gives. Pipelines know contracts alone, never the code of a stage.

export const greet = defineStage({
  name: 'greet',
  // What people who follow a run are shown of an output.
  summary: 'Said: {text}',
  input: z.object({ name: z.string(), language: z.enum(['en', 'de']).default('en') }),
  output: z.object({ text: z.string() }),
});

export const sign = defineStage({
  name: 'sign',
  summary: 'Signed: {text}',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
});
