import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { PipelineSummaryView, PipelineView } from '@millrace/contracts/http';
import { mermaid } from '@millrace/pipeline';
import type { Reader } from '@millrace/store';
import { type Listed, Plans } from './plans.js';
import { timeOf } from './shown.js';
import { READER } from './tokens.js';

@Controller('v1')
export class PipelinesController {
  constructor(
    @Inject(READER) private readonly reader: Reader,
    @Inject(Plans) private readonly plans: Plans,
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
