import type { IncomingMessage, ServerResponse } from 'node:http';
import { startTimer } from '@millrace/contracts/timers';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  type Accepted,
  ActBody,
  CancelBody,
  type FacetView,
  MoveBody,
  ReplayBody,
  type ReplayPreview,
  type RunList,
  RunNoteBody,
  type RunView,
  SignalBody,
  StartRun,
  TagBody,
} from '@millrace/contracts/http';
import type { StoreReader } from '@millrace/store';
import { LargeMail } from '../blobs/large-mail.js';
import { inputOfMail } from '../blobs/light.js';
import { Acts } from './acts.js';
import { idempotencyKeyOf } from '../http/idempotency-key.js';
import { facetsOf, listedRuns } from './listed-runs.js';
import { OwnAttempts } from './own-attempts.js';
import { invalidRequest, RequestProblem } from '../http/problems.js';
import { FacetQuery, RunsQuery, StartQuery } from '../http/queries.js';
import { spanOf, traceparentOf } from '../request-spans.js';
import { runLinks } from './run-view.js';
import { RunQueries } from './runs.js';
import { Replays } from './replays.js';
import { RunStarter, type StartRequest } from './start-run.js';
import { READER } from '../http/tokens.js';

/** `Prefer: wait=N` waits no longer than this. */
const LONGEST_WAIT_SECONDS = 60;

@Controller('v1/runs')
export class RunsController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(RunStarter) private readonly starter: RunStarter,
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(Acts) private readonly acts: Acts,
    @Inject(Replays) private readonly replays: Replays,
  ) {}

  @Post()
  @HttpCode(202)
  async start(
    @Body() body: unknown,
    @Query({ schema: StartQuery }) query: StartQuery,
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | RunView> {
    const waitFor = waitOf(request);
    const run = await this.starter.start({
      ...wantedOf(body, query),
      bytes: bytesOf(request),
      idempotencyKey: idempotencyKeyOf(request),
      traceparent: traceparentOf(request),
      span: spanOf(request),
    });
    response.setHeader('location', `/v1/runs/${run.id}`);
    if (waitFor > 0) {
      response.setHeader('preference-applied', `wait=${waitFor}`);
      if (await this.runs.settled(run.id, untilGone(response, waitFor * 1_000))) {
        response.statusCode = 200;
        return this.runs.view(run.id);
      }
    }
    return { ...run, links: runLinks(run.id) };
  }

  @Get()
  list(@Query({ schema: RunsQuery }) query: RunsQuery): Promise<RunList> {
    return listedRuns({ reader: this.reader, runs: this.runs }, 'runs', query);
  }

  @Get('facets')
  facets(@Query({ schema: FacetQuery }) query: FacetQuery): Promise<FacetView> {
    return facetsOf(this.reader, query);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<RunView> {
    return this.runs.view(id);
  }

  @Get(':id/history')
  async history(@Param('id') id: string) {
    const record = await this.runs.record(id);
    const attempts = new OwnAttempts();
    return { items: (record?.facts ?? []).map((fact, at) => ({ seq: at + 1, ...attempts.shown(fact) })) };
  }

  @Post(':id/cancel')
  @HttpCode(202)
  cancel(@Param('id') id: string, @Body({ schema: CancelBody.default({}) }) act: CancelBody): Promise<Accepted> {
    return this.acts.cancel(id, act);
  }

  @Post(':id/pause')
  @HttpCode(202)
  pause(@Param('id') id: string, @Body({ schema: ActBody.default({}) }) act: ActBody): Promise<Accepted> {
    return this.acts.pause(id, 'run.pause-requested', act);
  }

  @Post(':id/resume')
  @HttpCode(202)
  resume(@Param('id') id: string, @Body({ schema: ActBody.default({}) }) act: ActBody): Promise<Accepted> {
    return this.acts.pause(id, 'run.resume-requested', act);
  }

  @Post(':id/move')
  @HttpCode(202)
  move(@Param('id') id: string, @Body({ schema: MoveBody }) body: MoveBody): Promise<Accepted> {
    return this.acts.move(id, body);
  }

  @Post(':id/tags')
  @HttpCode(202)
  tag(@Param('id') id: string, @Body({ schema: TagBody }) body: TagBody): Promise<Accepted> {
    return this.acts.tag(id, body);
  }

  @Post(':id/notes')
  @HttpCode(202)
  note(@Param('id') id: string, @Body({ schema: RunNoteBody }) body: RunNoteBody): Promise<Accepted> {
    return this.acts.note(id, body);
  }

  @Post(':id/replay')
  @HttpCode(202)
  async replay(
    @Param('id') id: string,
    @Body({ schema: ReplayBody }) body: ReplayBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted | ReplayPreview> {
    if (!body.dryRun) return this.replays.begin(id, body);
    response.statusCode = 200;
    return this.replays.preview(id, body);
  }

  @Post(':id/signals/:step')
  @HttpCode(202)
  signal(
    @Param('id') id: string,
    @Param('step') step: string,
    @Body({ schema: SignalBody }) body: SignalBody,
  ): Promise<Accepted> {
    return this.acts.signal(id, step, body);
  }
}

/** The length of the body: its input has no more bytes than that. */
const bytesOf = ({ headers }: IncomingMessage): number | undefined =>
  headers['content-length'] === undefined ? undefined : Number(headers['content-length']);

function wantedOf(body: unknown, query: StartQuery): Omit<StartRequest, 'idempotencyKey' | 'traceparent' | 'span'> {
  const mail = body instanceof LargeMail ? body : undefined;
  if (mail || Buffer.isBuffer(body)) {
    if (query.pipeline === undefined) {
      const errors = [{ pointer: '/pipeline', detail: 'Required as a query parameter beside a mail.' }];
      throw new RequestProblem('INVALID_REQUEST', 'Say which pipeline the mail is for: ?pipeline=<name>.', { errors });
    }
    const { pipeline, startAt, priority, tenant } = query;
    const given = { pipeline, startAt, priority, tenant };
    return mail ? { ...given, input: undefined, mail } : { ...given, input: inputOfMail(body as Buffer) };
  }
  const { data, error } = StartRun.safeParse(body ?? {});
  if (error) throw invalidRequest(error);
  if (data.input === undefined) {
    const errors = [{ pointer: '/input', detail: 'Required: the pipeline’s input.' }];
    throw new RequestProblem('INVALID_REQUEST', 'The body has no input.', { errors });
  }
  const { pipeline, input, startAt, priority, tenant } = data;
  return { pipeline, input, startAt, priority, tenant };
}

function waitOf(request: IncomingMessage): number {
  // RFC 7240: names have no case, and a value may be quoted.
  const wait = /(?:^|[,;\s])wait="?(\d+)\b/i.exec(String(request.headers.prefer ?? ''))?.[1];
  return Math.min(Number(wait ?? 0), LONGEST_WAIT_SECONDS);
}

/** Aborted after `ms`, or when the caller has hung up. */
function untilGone(response: ServerResponse, ms: number): AbortSignal {
  const gone = new AbortController();
  const timer = startTimer(ms, () => gone.abort());
  response.once('close', () => {
    timer.stop();
    gone.abort();
  });
  return gone.signal;
}
