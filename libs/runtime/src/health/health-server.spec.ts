import { healthServer } from '../index.js';

const opened = (over: Partial<Parameters<typeof healthServer>[0]> = {}) =>
  healthServer({
    host: '127.0.0.1',
    port: 0,
    ready: () => Promise.resolve(true),
    metrics: () => Promise.resolve('millrace_up 1\n'),
    ...over,
  });
const get = (server: { port: number }, path: string, method = 'GET') =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers: { connection: 'close' } });

test('a service that is not ready is alive, and says why it is not ready', async () => {
  await using server = await opened({ ready: () => Promise.resolve('the broker cannot be reached') });
  expect((await get(server, '/livez')).status).toBe(200);
  const answer = await get(server, '/readyz');
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ ready: false, reason: 'the broker cannot be reached' });
});

test('a service is alive even when asking whether it is ready never ends', async () => {
  await using server = await opened({ ready: () => new Promise(() => undefined) });
  expect((await get(server, '/livez')).status).toBe(200);
});

test('a service that is ready says so, and tells its metrics in Prometheus’s format', async () => {
  await using server = await opened();
  expect((await get(server, '/readyz?verbose')).status).toBe(200);
  const metrics = await get(server, '/metrics');
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await metrics.text()).toBe('millrace_up 1\n');
});

test('anything else is refused, and a failing check does not take the server down', async () => {
  await using server = await opened({ metrics: () => Promise.reject(new Error('no')) });
  expect((await get(server, '/elsewhere')).status).toBe(404);
  expect((await get(server, '/livez', 'POST')).status).toBe(405);
  expect((await get(server, '/metrics')).status).toBe(500);
  expect((await get(server, '/livez')).status).toBe(200);
});

test('what is for a service that still starts is to be asked again, whatever it is', async () => {
  await using server = await opened({ ready: () => Promise.resolve('starting') });
  const answer = await get(server, '/v1/runs', 'POST');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await answer.json()).toEqual({ error: 'The service is not ready (starting): ask again.' });
});
