import {
  Drafter,
  Llm,
  LlmDrafter,
  llmSettings,
  MILLBROOK,
  ModelEnv,
  TemplateDrafter,
  withFallback,
} from '@millrace/ai';
import { z } from 'zod';

/** Several lines in a setting: `\n` begins a new one. */
const Lines = z.string().transform((text) => text.replaceAll('\\n', '\n'));

export const config = ModelEnv.safeExtend({
  DRAFT_SIGNATURE: Lines.default(MILLBROOK.signature).describe(
    'The signature of every reply. `\\n` begins a new line.',
  ),
  DRAFT_DISCLAIMER: Lines.default(MILLBROOK.disclaimer).describe(
    'The small print of every reply. `\\n` begins a new line.',
  ),
});

function drafterFor(settings: z.output<typeof config>): Drafter {
  const runtime = { signature: settings.DRAFT_SIGNATURE, disclaimer: settings.DRAFT_DISCLAIMER };
  const local = new TemplateDrafter(runtime);
  const llm = llmSettings(settings);
  if (llm === undefined) return local;
  return withFallback<Drafter>(new LlmDrafter(new Llm(llm), runtime), local, settings.MODEL_FALLBACK);
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: Drafter, useFactory: () => drafterFor(settings) },
];
