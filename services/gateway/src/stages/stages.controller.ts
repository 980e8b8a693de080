import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  byWhom,
  limitsRecord,
  randomId,
  STAGE_PAUSES,
  StageLimits,
  type StagePause,
  stagePauseRecord,
} from '@millrace/contracts';
import { ActBody, LimitBody, type StageView } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import { actDone } from '../audit/act-done.js';
import { RequestProblem } from '../http/problems.js';
import { RUNTIME } from '../http/tokens.js';
import { pausedView, StageViews } from './stage-views.js';

@Controller('v1/stages')
export class StagesController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(StageViews) private readonly stages: StageViews,
  ) {}

  @Get()
  async list(): Promise<{ items: StageView[] }> {
    return { items: await this.stages.list() };
  }

  /** Sets a stage's limits. A limit that is left out is removed. */
  @Post(':name/limits')
  @HttpCode(200)
  async limit(@Param('name') name: string, @Body({ schema: LimitBody }) body: LimitBody): Promise<StageView> {
    const stage = await this.find(name);
    const { broker, topics } = this.runtime;
    const partitions = await broker.partitionsOf(topics.stage(name));
    if (body.concurrency !== undefined && body.concurrency < partitions) {
      const errors = [
        { pointer: '/concurrency', detail: `is ${body.concurrency}, and there are ${partitions} partitions` },
      ];
      throw new RequestProblem('LIMIT_TOO_SMALL', `${topics.stage(name)} has ${partitions} partitions.`, { errors });
    }
    const limits: StageLimits = { ...body, at: Date.now() };
    const { by, reason, ...detail } = body;
    await broker.publish([
      limitsRecord(topics, name, { limits, id: randomId('evt') }),
      actDone(topics, { kind: 'stage.limit', subject: name, by, reason, detail }),
    ]);
    return { ...stage, limits };
  }

  @Post(':name/pause')
  @HttpCode(200)
  pause(@Param('name') name: string, @Body({ schema: ActBody.default({}) }) act: ActBody): Promise<StageView> {
    return this.stand(name, act, true);
  }

  @Post(':name/resume')
  @HttpCode(200)
  resume(@Param('name') name: string, @Body({ schema: ActBody.default({}) }) act: ActBody): Promise<StageView> {
    return this.stand(name, act, false);
  }

  /** A stage that stands so already stays so. */
  private async stand(name: string, { by, reason }: ActBody, pause: boolean): Promise<StageView> {
    const { paused, ...stage } = await this.find(name);
    const times = this.stages.pauseOf(name)?.times ?? [];
    if (pause === (paused !== undefined)) return { ...stage, ...(paused && { paused }) };
    const now = Date.now();
    const next: StagePause = {
      times: pause
        ? [...times, { from: now }].slice(-STAGE_PAUSES)
        : [...times.slice(0, -1), { from: now, ...times.at(-1), to: now }],
      ...byWhom({ by, reason }),
    };
    const { broker, topics } = this.runtime;
    await broker.publish([
      stagePauseRecord(topics, name, { pause: next, id: randomId('evt') }),
      actDone(topics, { kind: pause ? 'stage.pause' : 'stage.resume', subject: name, by, reason }),
    ]);
    return { ...stage, ...pausedView(next) };
  }

  private async find(name: string): Promise<StageView> {
    const stage = (await this.stages.list()).find((one) => one.name === name);
    if (!stage) throw new RequestProblem('UNKNOWN_STAGE', `No pipeline uses a stage "${name.slice(0, 100)}".`);
    return stage;
  }
}
