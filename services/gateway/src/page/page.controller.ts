import { Controller, Get, Header, HttpCode, Inject, Param, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { StoreReader } from '@millrace/store';
import { listedRuns } from '../runs/listed-runs.js';
import { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import { RunsQuery } from '../http/queries.js';
import { RunQueries } from '../runs/runs.js';
import { READER } from '../http/tokens.js';
import { Pages } from './pages.js';
import { runPage } from './run-page.js';
import { runsPage } from './runs-page.js';

const HTML = 'text/html; charset=utf-8';

/** A small page for people, rendered here; a few lines of script send what they decide and keep it up to date. */
@Controller()
export class PageController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(StoredPlans) private readonly plans: StoredPlans,
    @Inject(Pages) private readonly pages: Pages,
  ) {}

  @Get()
  @Header('content-type', HTML)
  async list(@Query({ schema: RunsQuery }) query: RunsQuery): Promise<string> {
    const { items, next } = await listedRuns({ reader: this.reader, runs: this.runs }, 'page', query);
    return this.pages.render('runs', runsPage({ query, runs: items, next, now: Date.now() }));
  }

  @Get('runs/:id')
  @HttpCode(200)
  @Header('content-type', HTML)
  async run(@Param('id') id: string, @Res({ passthrough: true }) response: ServerResponse): Promise<string> {
    try {
      const view = await this.runs.view(id);
      const plan = view.steps.length > 0 ? await this.plans.byHash(view.plan) : undefined;
      const pipelineIsPaused =
        view.status === 'held' && (await this.reader.deployed.paused([view.pipeline])).has(view.pipeline);
      const around = { plan, now: Date.now(), traceUrl: this.pages.traceUrl(view.traceId), pipelineIsPaused };
      return await this.pages.render('run', runPage(view, around));
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      response.statusCode = error.problem.status;
      return this.pages.problem(error.problem);
    }
  }

  @Get('app.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): Promise<string> {
    return this.pages.asset('app.js');
  }

  @Get('app.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): Promise<string> {
    return this.pages.asset('app.css');
  }

  @Get('icon.svg')
  @Header('content-type', 'image/svg+xml')
  icon(): Promise<string> {
    return this.pages.asset('icon.svg');
  }
}
