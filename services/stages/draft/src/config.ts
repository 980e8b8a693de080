import { existsSync } from 'node:fs';
import {
  Drafter,
  Letter,
  LlmDrafter,
  ModelEnv,
  modelFor,
  readDataFile,
  StageModelRoute,
  TemplateDrafter,
} from '@millrace/ai';
import { z } from 'zod';

/** Several lines in a setting: `\n` begins a new one. */
const Lines = z.string().transform((text) => text.replaceAll('\\n', '\n'));

export const config = ModelEnv.safeExtend({
  DRAFT_MODEL_ROUTE: StageModelRoute,
  DRAFT_LETTER: z
    .string()
    .refine((path) => existsSync(path), 'expected a JSON file with the words of replies, which is not there')
    .default('pipelines/support-email/data/letter.json')
    .describe('A JSON file with the words that the organisation writes into its replies.'),
  DRAFT_SIGNATURE: Lines.optional().describe(
    'The signature of every reply, instead of the one in `DRAFT_LETTER`. `\\n` begins a new line.',
  ),
  DRAFT_DISCLAIMER: Lines.optional().describe(
    'The small print of every reply, instead of the one in `DRAFT_LETTER`. `\\n` begins a new line.',
  ),
});

async function drafterFor(settings: z.output<typeof config>): Promise<Drafter> {
  const { DRAFT_LETTER: file, DRAFT_SIGNATURE: signature, DRAFT_DISCLAIMER: disclaimer } = settings;
  const letter = {
    ...(await readDataFile(Letter, file)),
    ...(signature !== undefined && { signature }),
    ...(disclaimer !== undefined && { disclaimer }),
  };
  const local = new TemplateDrafter(letter);
  const route = settings.DRAFT_MODEL_ROUTE;
  return modelFor<Drafter>(settings, { llm: (llm) => new LlmDrafter(llm, letter), local, route });
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: Drafter, useFactory: () => drafterFor(settings) },
];
