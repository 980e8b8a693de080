import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import {
  type Accepted,
  CompareJobBody,
  type ComparisonView,
  EraseJobBody,
  type EraseJobPreview,
  ReplayJobBody,
  type RunJobPreview,
} from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { RequestProblem } from '../http/problems.js';
import { READER } from '../http/tokens.js';
import { Erasures } from './erasures.js';
import { comparisonView, RunJobs } from './run-jobs.js';

/** Asks for jobs over many runs, and shows what a comparison has found. */
@Controller('v1/jobs')
export class RunJobsController {
  constructor(
    @Inject(RunJobs) private readonly jobs: RunJobs,
    @Inject(Erasures) private readonly erasures: Erasures,
    @Inject(READER) private readonly reader: StoreReader,
  ) {}

  @Post('replay')
  @HttpCode(202)
  replay(
    @Body({ schema: ReplayJobBody }) body: ReplayJobBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | RunJobPreview> {
    return this.asked({ kind: 'replay', ...body }, response);
  }

  @Post('compare')
  @HttpCode(202)
  compare(
    @Body({ schema: CompareJobBody }) body: CompareJobBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | RunJobPreview> {
    return this.asked({ kind: 'compare', ...body }, response);
  }

  @Post('erase')
  @HttpCode(202)
  erase(
    @Body({ schema: EraseJobBody }) body: EraseJobBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | EraseJobPreview> {
    if (!body.dryRun) return this.erasures.begin(body);
    response.statusCode = 200;
    return this.erasures.preview(body);
  }

  @Get(':id/comparison')
  async comparison(@Param('id') id: string): Promise<ComparisonView> {
    const job = await this.reader.jobs.find(id);
    if (job?.work.kind !== 'compare')
      throw new RequestProblem('UNKNOWN_JOB', `There is no job ${id.slice(0, 100)} that compares runs.`);
    return comparisonView(job, this.reader);
  }

  private asked(body: Parameters<RunJobs['begin']>[0], response: ServerResponse): Promise<Accepted | RunJobPreview> {
    if (!body.dryRun) return this.jobs.begin(body);
    response.statusCode = 200;
    return this.jobs.preview(body);
  }
}
