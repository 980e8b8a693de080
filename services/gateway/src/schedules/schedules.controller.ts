import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, Inject, Post, Query, Res } from '@nestjs/common';
import { byWhom, randomId } from '@millrace/contracts';
import { type DeploymentView, RemoveScheduleBody, ScheduleBody, type ScheduleView } from '@millrace/contracts/http';
import { PlanError } from '@millrace/pipeline';
import { checkSchedule, Schedule } from '@millrace/pipeline/engine';
import type { StoreReader, ScheduleRow } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';
import { SchedulesQuery } from '../http/queries.js';
import { timeOf } from '../runs/shown.js';
import { READER } from '../http/tokens.js';
import { Versions } from '../pipelines/versions.js';

@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(Versions) private readonly versions: Versions,
  ) {}

  @Get()
  async list(@Query({ schema: SchedulesQuery }) { pipeline }: SchedulesQuery) {
    return { items: (await this.reader.schedules({ pipeline })).map(viewOf) };
  }

  @Post()
  async make(
    @Body({ schema: ScheduleBody }) body: ScheduleBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    refuseBad(body);
    return this.ask({ type: 'schedule.make-requested', ...body, input: body.input ?? {} }, response);
  }

  @Post('remove')
  remove(
    @Body({ schema: RemoveScheduleBody }) body: RemoveScheduleBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<DeploymentView> {
    return this.ask({ type: 'schedule.remove-requested', ...body }, response);
  }

  private async ask(
    request:
      | ({ type: 'schedule.make-requested' } & ScheduleBody)
      | ({ type: 'schedule.remove-requested' } & RemoveScheduleBody),
    response: ServerResponse,
  ): Promise<DeploymentView> {
    const view = await this.versions.request({ ...request, id: randomId('dep'), at: Date.now() });
    response.statusCode = view.status === 'applied' ? 200 : 202;
    return view;
  }
}

/** @throws {RequestProblem} SCHEDULE_REFUSED */
function refuseBad(body: ScheduleBody): void {
  try {
    checkSchedule(body, Date.now());
  } catch (error) {
    if (error instanceof PlanError) throw new RequestProblem('SCHEDULE_REFUSED', `${error.what}.`);
    throw error;
  }
}

function viewOf({ pipeline, name, spec, made, nextAt, by, reason }: ScheduleRow): ScheduleView {
  const { cron, zone, catchUp } = Schedule.parse(spec);
  return {
    pipeline,
    name,
    cron,
    zone,
    catchUp,
    ...(nextAt !== undefined && { nextAt: timeOf(nextAt) }),
    ofPlan: !made,
    ...byWhom({ by, reason }),
  };
}
