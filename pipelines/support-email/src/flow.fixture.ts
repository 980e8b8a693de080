import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advance, outputOf, type StageContract, type StepMark } from '@millrace/pipeline';
import type { StageRun } from '@millrace/stage';
import * as classify from '@millrace/stage-classify';
import * as comply from '@millrace/stage-comply';
import * as draft from '@millrace/stage-draft';
import * as extract from '@millrace/stage-extract';
import { IntakeStage } from '@millrace/stage-intake';
import * as retrieve from '@millrace/stage-retrieve';
import * as route from '@millrace/stage-route';
import * as send from '@millrace/stage-send';
import type { z } from 'zod';
import { supportEmail } from './support-email.js';

type Stages = Readonly<Record<string, { handle(input: never, run: StageRun): unknown }>>;
type Provided = readonly { useFactory?: () => unknown; useValue?: unknown }[];

/** Where the data and samples of this pipeline are. */
export const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The stages with their local models, as their services would make them, and the folder that replies are written to. */
export async function localStages() {
  const outbox = await mkdtemp(join(tmpdir(), 'support-email-'));
  const env = {
    CLASSIFY_EXAMPLES: here('data/intents.csv'),
    RETRIEVE_ARTICLES: here('knowledge'),
    OUTBOX_DIR: outbox,
  };
  async function made<Schema extends z.ZodType, Made>(
    stage: new (...given: never[]) => Made,
    from: { config: Schema; providers: (settings: z.output<Schema>) => Provided },
  ): Promise<Made> {
    const given = from.providers(from.config.parse(env)).map(({ useFactory, useValue }) => useFactory?.() ?? useValue);
    return new stage(...((await Promise.all(given)) as never[]));
  }
  const stages = {
    intake: new IntakeStage(),
    classify: await made(classify.ClassifyStage, classify),
    extract: await made(extract.ExtractStage, extract),
    retrieve: await made(retrieve.RetrieveStage, retrieve),
    draft: await made(draft.DraftStage, draft),
    comply: await made(comply.ComplyStage, comply),
    route: await made(route.RouteStage, route),
    send: await made(send.SendStage, send),
  };
  return { stages, outbox };
}

export interface Flow {
  /** Outputs of the steps that have ended. */
  readonly known: Readonly<Record<string, never>>;
  readonly skipped: readonly string[];
  /** What a person is shown, while the run waits for one. */
  readonly waiting: unknown;
  /** The run's output, once it is over. */
  readonly output: unknown;
}

/** Carries one run through the plan as the coordinator does, with every input and output held against its contract. */
export async function flow(stages: Stages, input: unknown, answer?: unknown): Promise<Flow> {
  const { loaded, contracts } = supportEmail;
  const known: Record<string, unknown> = { input };
  const marks = new Map<string, StepMark>();
  const run = { id: `run_${randomUUID()}`, attempt: 1, signal: new AbortController().signal };
  for (;;) {
    const { wanted, skipped, failed } = advance(loaded, { known, mark: (step) => marks.get(step) });
    if (failed.length > 0) throw new Error(failed[0]!.failure.message);
    for (const step of skipped) marks.set(step, 'skipped');
    for (const { step, kind, stage, input: given } of wanted) {
      if (kind !== 'stage' && answer === undefined) return ended({ waiting: given });
      const idempotencyKey = `${run.id}.${step}`;
      known[step] = kind === 'stage' ? await asked(stage!, given, { ...run, step, idempotencyKey } as never) : answer;
      marks.set(step, 'completed');
    }
    if (wanted.length === 0) return ended({ output: outputOf(loaded, known) });
  }

  async function asked(name: string, given: unknown, attempt: StageRun): Promise<unknown> {
    const contract = contracts.get(name) as StageContract;
    const output: unknown = await stages[name]!.handle(contract.input.parse(given) as never, attempt);
    // As it comes back from a record.
    return contract.output.parse(JSON.parse(JSON.stringify(output)));
  }

  function ended(how: { waiting?: unknown; output?: unknown }): Flow {
    const skipped = [...marks].filter(([, mark]) => mark === 'skipped').map(([step]) => step);
    return { known: known as Flow['known'], skipped, waiting: how.waiting, output: how.output };
  }
}
