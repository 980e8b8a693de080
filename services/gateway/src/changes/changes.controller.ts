import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChangeView } from '@millrace/contracts/http';
import { startInterval } from '@millrace/contracts/timers';
import { type BeforeApplicationShutdown, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { beginEventStream } from '../http/event-stream.js';
import { Changes, type Part } from './changes.js';

const HEARTBEAT_MS = 15_000;
/** A client that does not read is let go: it comes back, and reads everything again. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** Server-sent events that say which lists have changed, so that nobody has to ask again and again. */
@Controller('v1/changes')
export class ChangesController implements BeforeApplicationShutdown {
  private readonly open = new Set<ServerResponse>();

  constructor(@Inject(Changes) private readonly changes: Changes) {}

  @Get()
  async watch(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const send = (parts: readonly Part[]) => {
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
      else response.write(`event: changed\ndata: ${JSON.stringify({ of: [...parts] } satisfies ChangeView)}\n\n`);
    };
    const stop = await this.changes.watch({ changed: send, lost: () => void response.end() });
    if (!beginEventStream(request, response)) return stop();
    // Nobody knows what the client has seen before.
    send(['store', 'stages', 'models']);
    const heartbeat = startInterval(HEARTBEAT_MS, () => response.write(': still here\n\n'));
    this.open.add(response);
    response.once('close', () => {
      heartbeat.stop();
      stop();
      this.open.delete(response);
    });
  }

  /** The server waits for what is open. */
  beforeApplicationShutdown(): void {
    this.changes[Symbol.dispose]();
    for (const response of this.open) response.end();
  }
}
