import { type Env, readAll, readSettings } from '@millrace/runtime';
import type { AnyStage, StageGiven, StageOptions } from '@millrace/stage';
import * as classify from '@millrace/stage-classify';
import * as comply from '@millrace/stage-comply';
import * as draft from '@millrace/stage-draft';
import * as extract from '@millrace/stage-extract';
import { IntakeStage } from '@millrace/stage-intake';
import * as retrieve from '@millrace/stage-retrieve';
import * as route from '@millrace/stage-route';
import * as send from '@millrace/stage-send';
import type { z } from 'zod';

type Providers = NonNullable<StageOptions['providers']>;

interface Own<Schema extends z.ZodType> {
  readonly config: Schema;
  readonly providers: (settings: z.output<Schema>) => Providers;
}

/** The stages of this pipeline, each as its own `main.ts` starts it. @throws {ConfigError} */
export function stages(env: Env): readonly StageGiven[] {
  const configured =
    <Schema extends z.ZodType>(stage: AnyStage, name: string, { config, providers }: Own<Schema>) =>
    () => ({ stage, providers: providers(readSettings(config, env, name)) });
  const given = readAll('support-email', [
    configured(classify.ClassifyStage, 'classify', classify),
    configured(extract.ExtractStage, 'extract', extract),
    configured(retrieve.RetrieveStage, 'retrieve', retrieve),
    configured(draft.DraftStage, 'draft', draft),
    configured(comply.ComplyStage, 'comply', comply),
    configured(route.RouteStage, 'route', route),
    configured(send.SendStage, 'send', send),
  ]);
  return [IntakeStage, ...given];
}
