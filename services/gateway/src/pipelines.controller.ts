import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { PipelineSummaryView, PipelineView, StageView } from '@millrace/contracts/http';
import { mermaid } from '@millrace/pipeline';
import type { Reader } from '@millrace/store';
import { Plans } from './plans.js';
import { timeOf } from './run-view.js';
import { stagesOf } from './stages-of.js';
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

  @Get('stages')
  async stages() {
    const used = new Map<string, Set<string>>();
    for (const { name, plan } of await this.reader.pipelines()) {
      for (const stage of stagesOf(await this.plans.byHash(plan))) {
        used.set(stage, (used.get(stage) ?? new Set()).add(name));
      }
    }
    const items: StageView[] = [...used].map(([name, pipelines]) => ({ name, pipelines: [...pipelines].sort() }));
    return { items: items.sort((a, b) => a.name.localeCompare(b.name)) };
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
