import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOf, type Site, SITE_HEADERS } from '../http-guard.js';

export interface HealthServer extends AsyncDisposable {
  /** The one it listens on, also where 0 was asked for. */
  readonly port: number;
}

export interface Health extends Site {
  readonly port: number;
  /** True, or why not. */
  readonly ready: () => Promise<true | string>;
  /** In Prometheus's text format. */
  readonly metrics: () => Promise<string>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body) + '\n',
});

/**
 * Answers `GET /livez` (the process runs; nothing else is looked at, so a broker that is away restarts nobody),
 * `GET /readyz` (503 with the reason while not ready) and `GET /metrics`. While the service is not ready everything else
 * is 503 as well: it may be for the service, whose port this is until then.
 */
export async function healthServer(health: Health): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(health, request).then((given) => send(response, request, given));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(health.port, health.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PATHS = ['/livez', '/readyz', '/metrics'];

async function answer(health: Health, request: IncomingMessage): Promise<Answer> {
  const { ready, metrics } = health;
  const { method, url } = request;
  const refusal = refusalOf(request, health);
  if (refusal) return json(403, { error: refusal.detail });
  const path = url?.split('?')[0];
  try {
    if (path === undefined || !PATHS.includes(path)) return await elsewhere(ready);
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'Only GET is answered here.' });
    switch (path) {
      case '/livez':
        return json(200, { live: true });
      case '/readyz': {
        const state = await ready();
        return state === true ? json(200, { ready: true }) : json(503, { ready: false, reason: state });
      }
      default:
        return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() };
    }
  } catch {
    return json(500, { error: 'The answer could not be made.' });
  }
}

async function elsewhere(ready: Health['ready']): Promise<Answer> {
  const state = await ready();
  if (state === true) return json(404, { error: `Not found. There are ${PATHS.join(', ')}.` });
  const error = `The service is not ready (${state}): ask again.`;
  return { ...json(503, { error }), headers: { 'retry-after': '1' } };
}

function send(response: ServerResponse, { method }: IncomingMessage, { status, type, body, headers }: Answer): void {
  response.writeHead(status, {
    ...SITE_HEADERS,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
