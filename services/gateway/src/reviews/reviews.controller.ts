import type { ServerResponse } from 'node:http';
import { present } from '@millrace/contracts';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { type Accepted, ActBody, AnswerBody, ClaimBody, type ReviewView } from '@millrace/contracts/http';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { StoreReader, Review } from '@millrace/store';
import { Acts, type Held } from '../runs/acts.js';
import { cursorOf, readCursor } from '../http/cursor.js';
import { draftsOf } from './drafts.js';
import { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import { ReviewsQuery } from '../http/queries.js';
import { reviewActions } from '../runs/run-view.js';
import { timeOf } from '../runs/shown.js';
import { RunQueries } from '../runs/runs.js';
import { READER } from '../http/tokens.js';

@Controller('v1/reviews')
export class ReviewsController {
  constructor(
    @Inject(READER) private readonly reader: StoreReader,
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(StoredPlans) private readonly plans: StoredPlans,
    @Inject(Acts) private readonly acts: Acts,
  ) {}

  @Get()
  async list(@Query({ schema: ReviewsQuery }) { limit, cursor, ...wanted }: ReviewsQuery) {
    const filter = { list: 'reviews', ...wanted };
    const before = readCursor(cursor, filter);
    const page = await this.reader.reviews({ limit, ...wanted, ...(before !== undefined && { before }) });
    const next = cursorOf(page.next, filter);
    return { items: page.items.map(reviewOf), ...(next && { next }) };
  }

  @Get(':id')
  async get(@Param('id') id: string): Promise<ReviewView> {
    const { run, step } = partsOf(id);
    const view = await this.runs.view(run).catch(() => undefined);
    const waited = view?.steps.find(({ name, waitingSince }) => name === step && waitingSince !== undefined);
    if (!view || !waited) throw unknownReview(id);
    const plan = await this.plans.byHash(view.plan);
    return {
      ...identity(run, step),
      kind: waited.kind === 'signal' ? 'signal' : 'review',
      pipeline: view.pipeline,
      status: waited.status === 'waiting' ? 'open' : 'closed',
      since: present(waited.waitingSince, `time since which ${step} waits`),
      ...(waited.due && { due: waited.due }),
      ...heldBy(waited),
      show: waited.show,
      schema: schemaOf(plan, step),
      drafts: draftsOf(view, step, plan),
      allowedActions: waited.allowedActions,
    };
  }

  @Post(':id')
  @HttpCode(202)
  async answer(@Param('id') id: string, @Body({ schema: AnswerBody }) body: AnswerBody): Promise<Accepted> {
    const { run, step } = partsOf(id);
    await this.get(id);
    const { answer, ...act } = body;
    return this.acts.signal(run, step, { payload: answer, ...act });
  }

  @Post(':id/claim')
  async claim(
    @Param('id') id: string,
    @Body({ schema: ClaimBody }) body: ClaimBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted> {
    const { run, step } = partsOf(id);
    await this.get(id);
    return answered(response, await this.acts.claim(run, step, body));
  }

  @Post(':id/unclaim')
  async unclaim(
    @Param('id') id: string,
    @Body({ schema: ActBody.default({}) }) body: ActBody,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Accepted> {
    const { run, step } = partsOf(id);
    await this.get(id);
    return answered(response, await this.acts.unclaim(run, step, body));
  }
}

/** 202 while it is not known what became of it. */
function answered(response: ServerResponse, { applied, ...accepted }: Held): Accepted {
  response.statusCode = applied ? 200 : 202;
  return accepted;
}

const heldBy = ({ assignee, group, claimedBy }: Pick<ReviewView, 'assignee' | 'group' | 'claimedBy'> = {}) => ({
  ...(assignee !== undefined && { assignee }),
  ...(group !== undefined && { group }),
  ...(claimedBy !== undefined && { claimedBy }),
});

const identity = (run: string, step: string) => ({
  id: `${run}.${step}`,
  run,
  step,
  links: { self: `/v1/reviews/${run}.${step}`, run: `/v1/runs/${run}`, page: `/runs/${run}` },
});

function reviewOf(review: Review): ReviewView {
  const { run, step, kind, pipeline, since, due, show, held } = review;
  return {
    ...identity(run, step),
    kind,
    pipeline,
    status: 'open',
    since: timeOf(since),
    ...(due !== undefined && { due: timeOf(due) }),
    ...heldBy(held),
    show,
    allowedActions: kind === 'signal' ? ['signal'] : reviewActions(held),
  };
}

function schemaOf(plan: LoadedPlan, step: string): unknown {
  const definition = plan.step(step);
  return definition.kind === 'review' || definition.kind === 'signal' ? definition.schema : undefined;
}

const unknownReview = (id: string): RequestProblem =>
  new RequestProblem('UNKNOWN_REVIEW', `There is no review ${id.slice(0, 200)}.`);

/** `<run>.<step>`; run ids have no dots. */
function partsOf(id: string): { run: string; step: string } {
  const dot = id.indexOf('.');
  if (dot < 0) throw unknownReview(id);
  return { run: id.slice(0, dot), step: id.slice(dot + 1) };
}
