import { type DynamicModule, Module } from '@nestjs/common';
import type { Runtime, Limits, Pauses, StageContracts } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { Acts } from './runs/acts.js';
import { AuditController } from './audit/audit.controller.js';
import { BlobsController } from './blobs/blobs.controller.js';
import { CallbacksController } from './callbacks/callbacks.controller.js';
import { Callbacks } from './callbacks/callbacks.js';
import { Changes } from './changes/changes.js';
import { ChangesController } from './changes/changes.controller.js';
import { marksOf } from './changes/marks.js';
import { ConsoleController } from './console/console.controller.js';
import { ConsoleFiles } from './console/console-files.js';
import { Consumers } from './stages/consumers.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { EventsController } from './runs/events.controller.js';
import type { LiveFacts } from './runs/live-facts.js';
import { JobsController } from './jobs/jobs.controller.js';
import { Erasures } from './jobs/erasures.js';
import { RunJobsController } from './jobs/run-jobs.controller.js';
import { RunJobs } from './jobs/run-jobs.js';
import { MetaController } from './http/meta.controller.js';
import { OverviewController } from './overview/overview.controller.js';
import { ModelsController, type ModelsSet } from './models/models.controller.js';
import { PipelinesController } from './pipelines/pipelines.controller.js';
import { StoredPlans } from './pipelines/plans.js';
import { Readiness } from './http/readiness.js';
import { RecentRequests } from './http/recent-requests.js';
import { ReviewsController } from './reviews/reviews.controller.js';
import { RecoveriesController } from './recovery/recoveries.controller.js';
import { Replays } from './runs/replays.js';
import { OutcomesController } from './runs/outcomes.controller.js';
import { OutcomeReports } from './runs/outcomes.js';
import { RunsController } from './runs/runs.controller.js';
import { RunQueries } from './runs/runs.js';
import { traceUrlOf } from './runs/trace-url.js';
import { RunStarter, type RunStarterNeeds } from './runs/start-run.js';
import { StepStreamController } from './runs/step-stream.controller.js';
import { StepTexts } from './runs/step-texts.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { StagesController } from './stages/stages.controller.js';
import { StageViews } from './stages/stage-views.js';
import { Records } from './topics/records.js';
import { TopicViews } from './topics/topic-views.js';
import { TopicsController } from './topics/topics.controller.js';
import type { TopicSettings } from './topics/topic-settings.js';
import { MODELS, READ_ONLY, READER, RUNTIME } from './http/tokens.js';
import { VersionsController } from './pipelines/versions.controller.js';
import { Versions } from './pipelines/versions.js';

@Module({})
class GatewayModule {}

interface Given extends TopicSettings {
  readonly runtime: Runtime;
  readonly reader: StoreReader;
  readonly live: LiveFacts;
  readonly starting: Pick<RunStarterNeeds, 'live' | 'takenOnWithinMs'>;
  readonly readiness: Readiness;
  readonly limits: Limits;
  readonly pauses: Pauses;
  readonly announced: StageContracts;
  readonly models: ModelsSet;
  readonly texts: StepTexts;
  readonly callbackKey: string | undefined;
  readonly jaegerUrl: string | undefined;
  readonly readOnly: boolean;
  readonly console: ConsoleFiles;
}

const CONTROLLERS = [
  EventsController,
  StepStreamController,
  RunsController,
  OutcomesController,
  OverviewController,
  ChangesController,
  ReviewsController,
  DeadLettersController,
  RunJobsController,
  JobsController,
  AuditController,
  PipelinesController,
  VersionsController,
  SchedulesController,
  RecoveriesController,
  StagesController,
  TopicsController,
  ModelsController,
  BlobsController,
  CallbacksController,
  MetaController,
  ConsoleController,
];

export function gatewayModule({
  runtime,
  reader,
  live,
  starting,
  readiness,
  limits,
  pauses,
  announced,
  models,
  texts,
  callbackKey,
  jaegerUrl,
  readOnly,
  console,
  shownTopics,
  recordContent,
}: Given): DynamicModule {
  const plans = new StoredPlans(reader);
  const recent = new RecentRequests();
  const consumers = new Consumers(runtime);
  const runs = new RunQueries({
    ...{ reader, plans, recent, live, consumers, traceUrl: traceUrlOf(jaegerUrl) },
    prices: () => models.settings.prices(),
  });
  const stages = new StageViews({ reader, plans, limits, pauses, consumers, announced });
  const marks = marksOf({ reader, stages, models });
  const acts = new Acts({ runtime, runs, plans, reader, announced });
  const topics = new TopicViews({ runtime, shownTopics, recordContent });
  const { broker } = runtime;
  const replays = new Replays({ runtime, runs, plans, reader, announced });
  return {
    module: GatewayModule,
    controllers: CONTROLLERS,
    providers: [
      { provide: RUNTIME, useValue: runtime },
      { provide: READER, useValue: reader },
      { provide: READ_ONLY, useValue: readOnly },
      { provide: StageViews, useValue: stages },
      { provide: TopicViews, useValue: topics },
      { provide: Records, useValue: new Records({ broker, topics, shownTopics, recordContent }) },
      { provide: Changes, useValue: new Changes({ marks, log: runtime.telemetry.log }) },
      { provide: MODELS, useValue: models },
      { provide: StepTexts, useValue: texts },
      { provide: Readiness, useValue: readiness },
      { provide: StoredPlans, useValue: plans },
      { provide: RunQueries, useValue: runs },
      { provide: Acts, useValue: acts },
      { provide: OutcomeReports, useValue: new OutcomeReports({ runtime, runs, reader }) },
      { provide: Replays, useValue: replays },
      { provide: Erasures, useValue: new Erasures({ runtime, reader }) },
      { provide: RunJobs, useValue: new RunJobs({ runtime, reader, plans, replays }) },
      { provide: Versions, useValue: new Versions({ runtime, reader, plans, consumers, announced }) },
      { provide: RunStarter, useValue: new RunStarter({ runtime, reader, plans, recent, ...starting }) },
      { provide: DeadLetters, useValue: new DeadLetters({ runtime, reader, acts }) },
      { provide: Callbacks, useValue: new Callbacks({ runtime, runs, announced, key: callbackKey }) },
      { provide: ConsoleFiles, useValue: console },
    ],
  };
}
