import type { IncomingMessage, ServerResponse } from 'node:http';

/** Begins an answer of server-sent events. Returns false for a HEAD, whose answer is over with it. */
export function beginEventStream(request: IncomingMessage, response: ServerResponse): boolean {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  if (request.method !== 'HEAD') return true;
  response.end();
  return false;
}
