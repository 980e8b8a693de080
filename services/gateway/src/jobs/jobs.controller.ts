import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { byWhom, type JobChangeRequested, type LetterWork, randomId } from '@millrace/contracts';
import { type Accepted, JobBody, JobChangeBody, type JobPreview, type JobView } from '@millrace/contracts/http';
import type { Runtime } from '@millrace/runtime';
import type { Job, StoreReader } from '@millrace/store';
import { requestApplied } from '../dead-letters/letter-requests.js';
import { cursorOf, readCursor } from '../http/cursor.js';
import { RequestProblem } from '../http/problems.js';
import { JobItemsQuery, JobsQuery, letterFilterFault } from '../http/queries.js';
import { READER, RUNTIME } from '../http/tokens.js';
import { jobItemView, jobView } from './job-view.js';

/** Asks for jobs over many dead letters, and shows how they stand. */
@Controller('v1/jobs')
export class JobsController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(READER) private readonly reader: StoreReader,
  ) {}

  @Post()
  @HttpCode(202)
  async begin(
    @Body({ schema: JobBody }) body: JobBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | JobPreview> {
    const { by, reason, dryRun = false } = body;
    const work = workOf(body);
    const { where } = work.filter;
    const fault = where === undefined ? undefined : letterFilterFault(where);
    if (fault !== undefined)
      throw new RequestProblem('INVALID_REQUEST', `The filter cannot be used: ${fault}.`, {
        errors: [{ pointer: '/filter/where', detail: fault }],
      });
    if (dryRun) {
      response.statusCode = 200;
      return this.reader.jobs.preview(work);
    }
    const id = randomId('job');
    await requestApplied(
      { runtime: this.runtime, reader: this.reader },
      { type: 'job.requested', id, at: Date.now(), work, ...byWhom({ by, reason }) },
    );
    return { id, links: linksOf(id) };
  }

  @Get()
  async list(@Query({ schema: JobsQuery }) { limit, cursor, status }: JobsQuery) {
    const filter = { list: 'jobs', status };
    const before = readCursor(cursor, filter);
    const page = await this.reader.jobs.list({ status, limit, ...(before !== undefined && { before }) });
    const next = cursorOf(page.next, filter);
    return { items: page.items.map(jobView), ...(next && { next }) };
  }

  @Get(':id')
  async get(@Param('id') id: string): Promise<JobView> {
    return jobView(await this.find(id));
  }

  @Get(':id/items')
  async items(@Param('id') id: string, @Query({ schema: JobItemsQuery }) { limit, cursor, status }: JobItemsQuery) {
    const job = await this.find(id);
    const filter = { list: 'job-items', id, status };
    const before = readCursor(cursor, filter);
    const page = await this.reader.jobs.items(id, { status, limit, ...(before !== undefined && { before }) });
    const next = cursorOf(page.next, filter);
    return { items: page.items.map((item) => jobItemView(job, item)), ...(next && { next }) };
  }

  @Post(':id/pause')
  pause(
    @Param('id') id: string,
    @Body({ schema: JobChangeBody.default({}) }) body: JobChangeBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.change('pause', { id, body, response });
  }

  @Post(':id/resume')
  resume(
    @Param('id') id: string,
    @Body({ schema: JobChangeBody.default({}) }) body: JobChangeBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.change('resume', { id, body, response });
  }

  @Post(':id/stop')
  stop(
    @Param('id') id: string,
    @Body({ schema: JobChangeBody.default({}) }) body: JobChangeBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return this.change('stop', { id, body, response });
  }

  private async change(
    change: JobChangeRequested['change'],
    { id, body, response }: { id: string; body: JobChangeBody; response: ServerResponse },
  ): Promise<JobView | Accepted> {
    await this.find(id);
    const request = { type: 'job.change-requested', id: randomId('act'), at: Date.now(), job: id, change } as const;
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    const outcome = await requestApplied({ runtime: this.runtime, reader: this.reader }, { ...request, ...given });
    response.statusCode = outcome ? 200 : 202;
    return outcome ? jobView(await this.find(id)) : { id, links: linksOf(id) };
  }

  private async find(id: string): Promise<Job> {
    const job = await this.reader.jobs.find(id);
    if (!job) throw new RequestProblem('UNKNOWN_JOB', `There is no job ${id.slice(0, 100)}.`);
    return job;
  }
}

const linksOf = (id: string) => ({ self: `/v1/jobs/${id}`, items: `/v1/jobs/${id}/items` });

function workOf({ kind, filter: { since, until, ...filter }, perSecond, maxRedrives }: JobBody): LetterWork {
  const times = {
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
  };
  return {
    kind,
    filter: { ...filter, ...times },
    ...(perSecond !== undefined && { perSecond }),
    ...(maxRedrives !== undefined && { maxRedrives }),
  };
}
