import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { HEADER } from '@millrace/contracts';
import { traceparentHere } from './work/scope.js';

/** A request of `fetch`, as Node's undici tells of it. */
interface FetchRequest {
  readonly headers: readonly unknown[] | string;
  addHeader(name: string, value: string): void;
}

let isOn = false;

/**
 * Gives the HTTP calls that stages make, of models and of anything else, the context of their attempt: `fetch` and
 * `node:http`. A call that brings a context of its own keeps it. To be called where traces are exported, and never undone.
 */
export function traceCalls(): void {
  if (isOn) return;
  isOn = true;
  subscribe('undici:request:create', (message) => {
    const traceparent = traceparentHere();
    if (traceparent === undefined) return;
    const { request } = message as { request: FetchRequest };
    if (!hasContext(request)) request.addHeader(HEADER.traceparent, traceparent);
  });
  subscribe('http.client.request.created', (message) => {
    const traceparent = traceparentHere();
    if (traceparent === undefined) return;
    const { request } = message as { request: ClientRequest };
    if (!request.headersSent && !request.hasHeader(HEADER.traceparent))
      request.setHeader(HEADER.traceparent, traceparent);
  });
}

function hasContext({ headers }: FetchRequest): boolean {
  const names = typeof headers === 'string' ? headers.split('\r\n').map((line) => line.split(':')[0]) : headers;
  return names.some((name) => String(name).toLowerCase() === HEADER.traceparent);
}
