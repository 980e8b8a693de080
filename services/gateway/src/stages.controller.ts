import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { EVENT_TYPE, HEADER, randomId, type StageLimits } from '@millrace/contracts';
import { LimitBody, type StageView } from '@millrace/contracts/http';
import { stagesOf } from '@millrace/pipeline';
import type { House, Limits } from '@millrace/service';
import type { Reader } from '@millrace/store';
import { Plans } from './plans.js';
import { RequestProblem } from './problems.js';
import { HOUSE, LIMITS, READER } from './tokens.js';

@Controller('v1/stages')
export class StagesController {
  constructor(
    @Inject(READER) private readonly reader: Reader,
    @Inject(HOUSE) private readonly house: House,
    @Inject(LIMITS) private readonly limits: Pick<Limits, 'get'>,
    @Inject(Plans) private readonly plans: Plans,
  ) {}

  @Get()
  async list(): Promise<{ items: StageView[] }> {
    const used = new Map<string, Set<string>>();
    for (const { name, plan } of await this.reader.pipelines()) {
      for (const stage of stagesOf((await this.plans.byHash(plan)).plan)) {
        used.set(stage, (used.get(stage) ?? new Set()).add(name));
      }
    }
    const items = [...used].map(([name, pipelines]) =>
      viewOf(name, { pipelines: [...pipelines].sort(), limits: this.limits.get(name) }),
    );
    return { items: items.sort((a, b) => a.name.localeCompare(b.name)) };
  }

  /** What is left out is not limited. */
  @Post(':name/limits')
  @HttpCode(200)
  async limit(@Param('name') name: string, @Body({ schema: LimitBody }) body: LimitBody): Promise<StageView> {
    const stage = (await this.list()).items.find((one) => one.name === name);
    if (!stage) throw new RequestProblem('UNKNOWN_STAGE', `No pipeline uses a stage "${name.slice(0, 100)}".`);
    const { broker, topics } = this.house;
    const partitions = await broker.partitionsOf(topics.stage(name));
    if (body.concurrency !== undefined && body.concurrency < partitions) {
      const errors = [
        { pointer: '/concurrency', detail: `is ${body.concurrency}, and there are ${partitions} partitions` },
      ];
      throw new RequestProblem('LIMIT_TOO_SMALL', `${topics.stage(name)} has ${partitions} partitions.`, { errors });
    }
    const limits: StageLimits = { ...body, at: Date.now() };
    const headers = { [HEADER.id]: randomId('evt'), [HEADER.type]: EVENT_TYPE.limits };
    await broker.publish([{ topic: topics.limits, key: name, value: JSON.stringify(limits), headers }]);
    return viewOf(name, { pipelines: stage.pipelines, limits });
  }
}

const viewOf = (
  name: string,
  { pipelines, limits }: { pipelines: string[]; limits: StageLimits | undefined },
): StageView => ({
  name,
  pipelines,
  ...(limits && { limits }),
});
