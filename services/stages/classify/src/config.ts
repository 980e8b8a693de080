import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  Calibration,
  Classifier,
  type LinearClassifier,
  LlmClassifier,
  loadClassifier,
  ModelEnv,
  modelFor,
  readDataFile,
  StageModelRoute,
  UNCLEAR,
  UrgencyRules,
  UrgencyTable,
} from '@millrace/ai';
import { z } from 'zod';

const file = (what: string) => z.string().refine((path) => existsSync(path), `expected ${what}, which is not there`);

export const config = ModelEnv.safeExtend({
  CLASSIFY_EXAMPLES: file('a CSV with the columns text and label')
    .default('pipelines/support-email/data/intents.csv')
    .describe('The CSV with the columns `text` and `label` that the local classifier learns from when it starts.'),
  CLASSIFY_MODEL: file('a file written by millrace train')
    .optional()
    .describe('A file written by `millrace train`, in the place of the examples.'),
  CLASSIFY_URGENCY: file('a JSON file with high, low and pressing')
    .default('pipelines/support-email/data/urgency.json')
    .describe(
      'A JSON file with the intents that are urgent or can wait, and the words that make a message more urgent.',
    ),
  CLASSIFY_CALIBRATION: file('a file written by millrace calibrate')
    .optional()
    .describe(
      'A file written by `millrace calibrate`: the confidence that the measured model states becomes the share of answers that were right. Without it the stated confidence counts.',
    ),
  CLASSIFY_MODEL_ROUTE: StageModelRoute,
  /** Holds what was learnt, so that only the first start learns. */
  MILLRACE_DATA: z.string().default('./.millrace'),
});

async function classifierFor(settings: z.output<typeof config>): Promise<Classifier> {
  const { CLASSIFY_EXAMPLES: csv, CLASSIFY_MODEL: model } = settings;
  const keep = join(settings.MILLRACE_DATA, 'models/classify.json');
  const local = await loadClassifier({ csv, keep, ...(model !== undefined && { model }) });
  const { CLASSIFY_MODEL_ROUTE: route, CLASSIFY_CALIBRATION: path } = settings;
  const calibration = path === undefined ? undefined : await readDataFile(Calibration, path);
  const labels = labelsOf(local);
  return modelFor<Classifier>(settings, { llm: (llm) => new LlmClassifier(llm, labels, calibration), local, route });
}

const labelsOf = ({ labels }: LinearClassifier): string[] => labels.filter((label) => label !== UNCLEAR);

export const providers = (settings: z.output<typeof config>) => [
  { provide: Classifier, useFactory: () => classifierFor(settings) },
  {
    provide: UrgencyTable,
    useFactory: async () => new UrgencyTable(await readDataFile(UrgencyRules, settings.CLASSIFY_URGENCY)),
  },
];
