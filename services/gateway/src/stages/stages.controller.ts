import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  byWhom,
  limitsRecord,
  randomId,
  STAGE_PAUSES,
  StageLimits,
  type StagePause,
  stagePauseRecord,
  type StageSchemas,
} from '@millrace/contracts';
import { ActBody, LimitBody, type StageView } from '@millrace/contracts/http';
import { breaks, isUsable, stagesOf } from '@millrace/pipeline/engine';
import type { Runtime, Limits, Pauses, StageContracts } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import type { Consumers } from './consumers.js';
import { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import { timeOf } from '../runs/shown.js';
import { RUNTIME, READER, STAGES } from '../http/tokens.js';

interface StagesSet {
  readonly limits: Pick<Limits, 'get'>;
  readonly pauses: Pick<Pauses, 'ofStage'>;
  readonly consumers: Pick<Consumers, 'of'>;
  readonly announced: Pick<StageContracts, 'get'>;
}

@Controller('v1/stages')
export class StagesController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(STAGES) private readonly set: StagesSet,
    @Inject(StoredPlans) private readonly plans: StoredPlans,
  ) {}

  @Get()
  async list(): Promise<{ items: StageView[] }> {
    const used = new Map<string, Set<string>>();
    const deployed = new Map<string, StageSchemas>();
    for (const { name, plan } of await this.reader.pipelines()) {
      const stages = stagesOf((await this.plans.byHash(plan)).plan);
      for (const stage of stages) used.set(stage, (used.get(stage) ?? new Set()).add(name));
      const { contracts } = await this.reader.deployed.read({ pipeline: name, stages });
      for (const [stage, contract] of contracts) deployed.set(stage, contract);
    }
    const viewOf = async ([name, pipelines]: [string, Set<string>]): Promise<StageView> => {
      const limits = this.set.limits.get(name);
      const consumers = await this.set.consumers.of(name);
      return {
        name,
        pipelines: [...pipelines].sort(),
        ...(consumers !== undefined && { consumers }),
        ...(limits && { limits }),
        ...pausedView(this.set.pauses.ofStage(name)),
        ...breaksView(deployed.get(name), this.set.announced.get(name)),
      };
    };
    const items = await Promise.all([...used].map(viewOf));
    return { items: items.sort((a, b) => a.name.localeCompare(b.name)) };
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
    await broker.publish([limitsRecord(topics, name, { limits, id: randomId('evt') })]);
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
    const times = this.set.pauses.ofStage(name)?.times ?? [];
    if (pause === (paused !== undefined)) return { ...stage, ...(paused && { paused }) };
    const now = Date.now();
    const next: StagePause = {
      times: pause
        ? [...times, { from: now }].slice(-STAGE_PAUSES)
        : [...times.slice(0, -1), { from: now, ...times.at(-1), to: now }],
      ...byWhom({ by, reason }),
    };
    const { broker, topics } = this.runtime;
    await broker.publish([stagePauseRecord(topics, name, { pause: next, id: randomId('evt') })]);
    return { ...stage, ...pausedView(next) };
  }

  private async find(name: string): Promise<StageView> {
    const stage = (await this.list()).items.find((one) => one.name === name);
    if (!stage) throw new RequestProblem('UNKNOWN_STAGE', `No pipeline uses a stage "${name.slice(0, 100)}".`);
    return stage;
  }
}

function pausedView(pause: StagePause | undefined): Pick<StageView, 'paused'> {
  const last = pause?.times.at(-1);
  if (!pause || !last || last.to !== undefined) return {};
  const { by, reason } = pause;
  const act = byWhom({ by, reason });
  return { paused: { since: timeOf(last.from), ...act } };
}

/** The most changes of a contract that are told. */
const MOST_BREAKS = 20;

function breaksView(before: StageSchemas | undefined, announced: StageSchemas | undefined): Pick<StageView, 'breaks'> {
  if (!before || !announced || !isUsable(announced)) return {};
  const found = breaks(before, announced).slice(0, MOST_BREAKS);
  return found.length === 0 ? {} : { breaks: found.map(({ pointer, detail }) => ({ pointer, detail })) };
}
