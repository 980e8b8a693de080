import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Env, readSettings } from '@millrace/runtime';
import type { StageGiven } from '@millrace/stage';
import { z } from 'zod';
import { CalculateStage, Knowledge, LookUpStage, NoteStage, ThinkStage } from './agent.stages.js';
import { Planner, RulePlanner } from './planner.js';

const Settings = z.object({
  /** A JSON file: what is known, by subject. */
  AGENT_KNOWLEDGE: z
    .string()
    .default(fileURLToPath(new URL('../../knowledge/countries.json', import.meta.url)))
    .transform((path, context) => {
      try {
        return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch {
        context.addIssue({ code: 'custom', message: 'expected a readable JSON file of texts by subject' });
        return z.NEVER;
      }
    }),
});

/** The stages of this pipeline. @throws {ConfigError} */
export function stages(env: Env): readonly StageGiven[] {
  const { AGENT_KNOWLEDGE: about } = readSettings(Settings, env, 'agent');
  return [
    { stage: ThinkStage, providers: [{ provide: Planner, useClass: RulePlanner }] },
    CalculateStage,
    { stage: LookUpStage, providers: [{ provide: Knowledge, useValue: { about } }] },
    NoteStage,
  ];
}
