import { type DynamicModule, Module } from '@nestjs/common';
import type { House, Limits, Pauses, StageContracts } from '@millrace/service';
import type { Reader } from '@millrace/store';
import { Acts } from './acts.js';
import { CallbacksController } from './callbacks.controller.js';
import { Callbacks } from './callbacks.js';
import { Consumers } from './consumers.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';
import { EventsController } from './events.controller.js';
import type { LiveFacts } from './live-facts.js';
import { MetaController } from './meta.controller.js';
import { PageController } from './page/page.controller.js';
import { Pages } from './page/pages.js';
import { PipelinesController } from './pipelines.controller.js';
import { Plans } from './plans.js';
import { Readiness } from './readiness.js';
import { RecentRequests } from './recent-requests.js';
import { ReviewsController } from './reviews.controller.js';
import { RecoveriesController } from './recoveries.controller.js';
import { RunsController } from './runs.controller.js';
import { Runs } from './runs.js';
import { RunStarter, type RunStarterNeeds } from './start-run.js';
import { SchedulesController } from './schedules.controller.js';
import { StagesController } from './stages.controller.js';
import { HOUSE, READER, STAGES } from './tokens.js';
import { VersionsController } from './versions.controller.js';
import { Versions } from './versions.js';

@Module({})
class GatewayModule {}

interface Given {
  readonly house: House;
  readonly reader: Reader;
  readonly live: LiveFacts;
  readonly starting: Pick<RunStarterNeeds, 'live' | 'takenOnWithinMs'>;
  readonly readiness: Readiness;
  readonly limits: Limits;
  readonly pauses: Pauses;
  readonly announced: StageContracts;
  readonly callbackKey: string | undefined;
  readonly pages: Pages;
}

export function gatewayModule({
  house,
  reader,
  live,
  starting,
  readiness,
  limits,
  pauses,
  announced,
  callbackKey,
  pages,
}: Given): DynamicModule {
  const plans = new Plans(reader);
  const recent = new RecentRequests();
  const consumers = new Consumers(house);
  const runs = new Runs({ reader, plans, recent, live, consumers });
  const acts = new Acts({ house, runs, plans, reader });
  return {
    module: GatewayModule,
    controllers: [
      EventsController,
      RunsController,
      ReviewsController,
      DeadLettersController,
      PipelinesController,
      VersionsController,
      SchedulesController,
      RecoveriesController,
      StagesController,
      CallbacksController,
      MetaController,
      PageController,
    ],
    providers: [
      { provide: HOUSE, useValue: house },
      { provide: READER, useValue: reader },
      { provide: STAGES, useValue: { limits, pauses, consumers } },
      { provide: Readiness, useValue: readiness },
      { provide: Plans, useValue: plans },
      { provide: Runs, useValue: runs },
      { provide: Acts, useValue: acts },
      { provide: Versions, useValue: new Versions({ house, reader, plans, consumers, announced }) },
      { provide: RunStarter, useValue: new RunStarter({ house, reader, plans, recent, ...starting }) },
      { provide: DeadLetters, useValue: new DeadLetters({ house, reader, plans, acts }) },
      { provide: Callbacks, useValue: new Callbacks({ house, runs, announced, key: callbackKey }) },
      { provide: Pages, useValue: pages },
    ],
  };
}
