import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StepStatus } from '@millrace/contracts';
import { startInterval, startTimer } from '@millrace/contracts/timers';
import { Controller, Get, Inject, type BeforeApplicationShutdown, Param, Req, Res } from '@nestjs/common';
import { evolve, type Run, stepOf } from '@millrace/saga';
import { RequestProblem } from '../http/problems.js';
import { isEnded, RunQueries } from './runs.js';
import { StepTexts, type TextEvent } from './step-texts.js';

const HEARTBEAT_MS = 15_000;
/** Somebody who does not read is let go, and comes back with `Last-Event-ID`. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/** The last part of a text may come a moment after the step's end is known. */
const LAST_PART_MS = 1_000;

const OVER: ReadonlySet<StepStatus> = new Set<StepStatus>([
  'completed',
  'skipped',
  'failed',
  'dead-lettered',
  'cancelled',
]);

/** Shows what a step writes, by server-sent events. */
@Controller('v1/runs')
export class StepStreamController implements BeforeApplicationShutdown {
  private readonly open = new Set<ServerResponse>();

  constructor(
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(StepTexts) private readonly texts: StepTexts,
  ) {}

  @Get(':id/steps/:step/stream')
  async stream(
    @Param() { id: run, step }: { readonly id: string; readonly step: string },
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const view = await this.runs.view(run);
    const found = view.steps.find(({ name }) => name === step);
    // The steps of a run that was asked for a moment ago are not known yet.
    if (!found && view.steps.length > 0) {
      throw new RequestProblem('UNKNOWN_STEP', `${run} has no step "${step.slice(0, 100)}".`);
    }
    if (isEnded(view) || (found && OVER.has(found.status))) {
      // What tells an EventSource not to come back.
      response.writeHead(204).end();
      return;
    }
    if (this.texts.isFull)
      throw new RequestProblem('TOO_MANY_WATCHED', 'This gateway shows the texts of no more steps at once.');
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    const after = request.headers['last-event-id'];
    if (request.method === 'HEAD') response.end();
    else await this.show(response, { run, step, after: typeof after === 'string' ? after : undefined });
  }

  /** The server waits for what is open. */
  beforeApplicationShutdown(): void {
    for (const response of this.open) response.end();
  }

  private async show(
    response: ServerResponse,
    of: { run: string; step: string; after: string | undefined },
  ): Promise<void> {
    const { run, step } = of;
    let [state, isOver] = [undefined as Run | undefined, false];
    const end = () => {
      if (!response.writableEnded)
        response.end(`event: end\ndata: ${JSON.stringify({ status: statusIn(state, step) })}\n\n`);
    };
    this.open.add(response);
    const heartbeat = startInterval(HEARTBEAT_MS, () => response.write(': still here\n\n'));
    const closing = new DisposableStack();
    response.once('close', () => {
      heartbeat.stop();
      closing.dispose();
      this.open.delete(response);
    });
    const unwatch = await this.texts.watch(of, {
      see(events) {
        if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
        else if (!response.writableEnded) response.write(events.map(textOf).join(''));
      },
      ended: () => isOver && end(),
    });
    // Whoever has gone meanwhile watches nothing.
    if (closing.disposed) return unwatch();
    closing.defer(unwatch);
    closing.defer(
      this.runs.watch(run, 0, {
        see: (seen) => {
          state = evolve(
            state,
            run,
            seen.map(({ fact }) => fact),
          );
          if (isOver || !(isEnded(state) || OVER.has(stepOf(state, step).status))) return;
          isOver = true;
          if (!this.texts.isWriting(of)) return end();
          const late = startTimer(LAST_PART_MS, end);
          closing.defer(() => late.stop());
        },
        lost: () => void response.end(': the run cannot be read now\n\n'),
      }),
    );
  }
}

const statusIn = (run: Run | undefined, step: string): string => (run ? stepOf(run, step).status : 'pending');

// JSON has no line breaks of its own, so an event is one `data` line.
const textOf = ({ id, event, data }: TextEvent): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
