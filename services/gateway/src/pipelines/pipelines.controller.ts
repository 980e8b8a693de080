import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { PipelineSummaryView, PipelineView } from '@millrace/contracts/http';
import { mermaid } from '@millrace/pipeline/engine';
import type { StoreReader } from '@millrace/store';
import { type Listed, StoredPlans } from './plans.js';
import { timeOf } from '../runs/shown.js';
import { READER } from '../http/tokens.js';

@Controller('v1')
export class PipelinesController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(StoredPlans) private readonly plans: StoredPlans,
  ) {}

  @Get('pipelines')
  async list() {
    const pipelines = await this.reader.pipelines();
    return { items: pipelines.map(summaryOf).sort((a, b) => a.name.localeCompare(b.name)) };
  }

  @Get('pipelines/:name')
  async get(@Param('name') name: string): Promise<PipelineView> {
    const { plan, ...listed } = await this.plans.newest(name);
    return {
      ...summaryOf({ ...listed, plan: plan.hash }),
      inputSchema: plan.plan.inputSchema,
      definition: plan.plan,
      mermaid: mermaid(plan.plan),
    };
  }
}

function summaryOf({ name, plan, deployedAt, paused }: Listed): PipelineSummaryView {
  const { at, ...act } = paused ?? { at: 0 };
  return {
    name,
    plan,
    deployedAt: timeOf(deployedAt),
    ...(paused && { paused: { since: timeOf(at), ...act } }),
    links: { self: `/v1/pipelines/${encodeURIComponent(name)}` },
  };
}
