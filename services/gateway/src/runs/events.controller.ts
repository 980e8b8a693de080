import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fact } from '@millrace/contracts';
import { startInterval } from '@millrace/contracts/timers';
import { Controller, Get, Inject, type BeforeApplicationShutdown, Param, Query, Req, Res } from '@nestjs/common';
import type { Seen } from './live-facts.js';
import { OwnAttempts } from './own-attempts.js';
import { beginEventStream } from '../http/event-stream.js';
import { RequestProblem } from '../http/problems.js';
import { EventsQuery } from '../http/queries.js';
import { endsRun, isEnded, RunQueries } from './runs.js';

const HEARTBEAT_MS = 15_000;
/** Somebody who does not read is let go, and comes back with `Last-Event-ID`. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** Server-sent events of one run. */
@Controller('v1/runs')
export class EventsController implements BeforeApplicationShutdown {
  private readonly open = new Set<ServerResponse>();

  constructor(@Inject(RunQueries) private readonly runs: RunQueries) {}

  @Get(':id/events')
  async events(
    @Param('id') id: string,
    @Query({ schema: EventsQuery }) query: EventsQuery,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const after = lastEventId(request) ?? query.after ?? 0;
    const record = await this.runs.record(id);
    if (record && isEnded(record) && record.facts.length <= after) {
      // What tells an EventSource not to come back.
      response.writeHead(204).end();
      return;
    }
    if (!beginEventStream(request, response)) return;
    this.stream(response, { id, after, before: record?.facts.slice(0, after) ?? [] });
  }

  /** The server waits for what is open. */
  beforeApplicationShutdown(): void {
    for (const response of this.open) response.end();
  }

  private stream(
    response: ServerResponse,
    { id, after, before }: { id: string; after: number; before: readonly Fact[] },
  ): void {
    const attempts = new OwnAttempts();
    for (const fact of before) attempts.shown(fact);
    const heartbeat = startInterval(HEARTBEAT_MS, () => response.write(': still here\n\n'));
    const stop = this.runs.watch(id, after, {
      see(seen) {
        if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
        else response.write(seen.map(({ seq, fact }) => eventOf({ seq, fact: attempts.shown(fact) })).join(''));
        if (seen.some(({ fact }) => endsRun(fact))) response.end();
      },
      // It comes back with `Last-Event-ID`, and is told where that does not help either.
      lost: () => void response.end(': the run cannot be read now\n\n'),
    });
    this.open.add(response);
    response.once('close', () => {
      heartbeat.stop();
      stop();
      this.open.delete(response);
    });
  }
}

// JSON has no line breaks of its own, so a fact is one `data` line.
const eventOf = ({ seq, fact }: Seen): string => `id: ${seq}\nevent: ${fact.type}\ndata: ${JSON.stringify(fact)}\n\n`;

function lastEventId(request: IncomingMessage): number | undefined {
  const given = request.headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  if (/^\d{1,9}$/.test(String(given))) return Number(given);
  throw new RequestProblem('INVALID_REQUEST', 'Last-Event-ID is the sequence number of a fact.');
}
