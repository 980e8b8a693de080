import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyStage, StageOptions } from '@millrace/stage';
import * as classify from '@millrace/stage-classify';
import * as comply from '@millrace/stage-comply';
import * as draft from '@millrace/stage-draft';
import * as extract from '@millrace/stage-extract';
import { IntakeStage } from '@millrace/stage-intake';
import * as retrieve from '@millrace/stage-retrieve';
import * as route from '@millrace/stage-route';
import * as send from '@millrace/stage-send';
import { testEngine, type TestRun } from '@millrace/testing';
import type { z } from 'zod';
import { supportEmail } from './support-email.js';

/** Returns the path of this pipeline's data or sample. */
export const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The pipeline with the stages' local models, or as `settings` say, as their services would make them, and the folder that replies are written to. */
export async function localModels(settings: Readonly<Record<string, string>> = {}) {
  const outbox = await mkdtemp(join(tmpdir(), 'support-email-'));
  const env = {
    CLASSIFY_EXAMPLES: here('data/intents.csv'),
    CLASSIFY_URGENCY: here('data/urgency.json'),
    EXTRACT_TOPICS: here('data/topics.json'),
    RETRIEVE_ARTICLES: here('knowledge'),
    DRAFT_LETTER: here('data/letter.json'),
    COMPLY_RULES: here('data/rules.json'),
    OUTBOX_DIR: outbox,
    ...settings,
  };
  const given = <Schema extends z.ZodType>(
    stage: AnyStage,
    from: { config: Schema; providers: (settings: z.output<Schema>) => StageOptions['providers'] },
  ) => ({ stage, providers: from.providers(from.config.parse(env)) });
  const engine = await testEngine(supportEmail, [
    IntakeStage,
    given(classify.ClassifyStage, classify),
    given(extract.ExtractStage, extract),
    given(retrieve.RetrieveStage, retrieve),
    given(draft.DraftStage, draft),
    given(comply.ComplyStage, comply),
    given(route.RouteStage, route),
    given(send.SendStage, send),
  ]);

  /** Carries a mail as far as it goes, with the answer of a person where one is needed. */
  async function flow(input: unknown, answer?: unknown): Promise<Flow> {
    const run: TestRun = await engine.start(input as Parameters<typeof engine.start>[0]);
    if (answer !== undefined) await run.answer('approve', answer);
    const isWaiting = run.waiting.includes('approve');
    return {
      run,
      waiting: isWaiting ? run.shown('approve') : undefined,
      output: run.output,
      skipped: supportEmail.loaded.order.filter((step) => run.step(step).status === 'skipped'),
    };
  }
  return { engine, flow, outbox };
}

export interface Flow {
  readonly run: TestRun;
  readonly skipped: readonly string[];
  /** The content that a person is shown, while the run waits for one. */
  readonly waiting: unknown;
  /** The run's output, once it is over. */
  readonly output: unknown;
}
