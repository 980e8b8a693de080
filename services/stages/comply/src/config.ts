import { readFileSync } from 'node:fs';
import { ComplianceReviewer, LlmComplianceReviewer, ModelEnv, modelFor, StageModelRoute } from '@millrace/ai';
import { z } from 'zod';
import { Rulebook, RuleInvalid } from './rulebook.js';
import { RulesAlone } from './rules-alone.js';

/** A rulebook from a JSON file with a list of rules. */
const RulesFile = z.string().transform((path, context) => {
  try {
    return new Rulebook(z.array(z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (error) {
    const why = error instanceof RuleInvalid ? error.message : 'expected a readable JSON file with a list of rules';
    context.addIssue({ code: 'custom', message: why });
    return z.NEVER;
  }
});

export const config = ModelEnv.safeExtend({
  COMPLY_MODEL_ROUTE: StageModelRoute,
  COMPLY_RULES: RulesFile.prefault('pipelines/support-email/data/rules.json').describe(
    'A JSON file with the rules that every reply keeps.',
  ),
});

function reviewerFor(settings: z.output<typeof config>): ComplianceReviewer {
  const route = settings.COMPLY_MODEL_ROUTE;
  return modelFor<ComplianceReviewer>(settings, {
    llm: (llm) => new LlmComplianceReviewer(llm),
    local: new RulesAlone(),
    route,
  });
}

export const providers = (settings: z.output<typeof config>) => [
  { provide: Rulebook, useValue: settings.COMPLY_RULES },
  { provide: ComplianceReviewer, useFactory: () => reviewerFor(settings) },
];
