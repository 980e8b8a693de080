import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { PipelineSummaryView, PipelineView } from '@millrace/contracts/http';
import { mermaid } from '@millrace/pipeline';
import type { Reader } from '@millrace/store';
import { Plans } from './plans.js';
import { timeOf } from './run-view.js';
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
    const { plan, deployedAt } = await this.plans.newest(name);
    return {
      ...summaryOf({ name, plan: plan.hash, deployedAt }),
      inputSchema: plan.plan.inputSchema,
      definition: plan.plan,
      mermaid: mermaid(plan.plan),
    };
  }
}

function summaryOf({
  name,
  plan,
  deployedAt,
}: {
  name: string;
  plan: string;
  deployedAt: number;
}): PipelineSummaryView {
  return { name, plan, deployedAt: timeOf(deployedAt), links: { self: `/v1/pipelines/${encodeURIComponent(name)}` } };
}
