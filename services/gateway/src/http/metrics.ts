import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Meters } from '@millrace/telemetry';
import { routeOf } from './operations.js';
import { pathOf } from './problems.js';

/** Express middleware: counts answers by route, never by what somebody typed. */
export function countRequests(meters: Meters) {
  const requests = meters.counter<'method' | 'route' | 'status'>(
    'millrace_http_requests_total',
    'Requests answered by the gateway.',
  );
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const route = routeOf(pathOf(request));
    response.once('close', () => {
      const method = route === 'unknown' ? 'any' : (request.method ?? 'any');
      requests.add(1, { method, route, status: String(response.statusCode) });
    });
    next();
  };
}
