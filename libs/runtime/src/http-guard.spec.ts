import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { healthServer, serviceSettings } from './index.js';

const PUBLIC_URL = 'https://millrace.example.com, http://gateway.internal:8080';

const opened = (host = '127.0.0.1') =>
  healthServer({
    host,
    port: 0,
    publicUrls: serviceSettings({ PUBLIC_URL }).publicUrls,
    ready: () => Promise.resolve(true),
    metrics: () => Promise.resolve(''),
  });

/** Sends these bytes and returns the status with all that came back. */
async function sent(port: number, head: readonly string[]): Promise<{ status: number; answer: string }> {
  const socket = connect(port, '127.0.0.1');
  socket.write([...head, 'connection: close', '', ''].join('\r\n'));
  const answer = await text(socket);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), answer };
}
const asked = async (port: number, headers: readonly string[], line = 'GET /readyz HTTP/1.1') =>
  (await sent(port, [line, ...headers])).status;

test.each([
  'localhost',
  'LocalHost.',
  '127.0.0.1',
  '127.8.8.8:1',
  '10.1.2.3:8080',
  '[::1]',
  '[::1]:8080',
  '[FE80::1]:8080',
  'millrace.example.com',
  'Millrace.Example.COM.:8443',
  'gateway.internal:8080',
  'bound.internal',
])('who asks for %s is answered, whatever the port', async (host) => {
  await using server = await healthServer({
    host: '127.0.0.1',
    port: 0,
    publicUrls: serviceSettings({ PUBLIC_URL: `${PUBLIC_URL} http://bound.internal` }).publicUrls,
    ready: () => Promise.resolve(true),
    metrics: () => Promise.resolve(''),
  });
  expect(await asked(server.port, [`host: ${host}`])).toBe(200);
  const withPort = /:\d+$/.test(host) ? host : `${host}:${server.port}`;
  expect(await asked(server.port, [`host: ${withPort}`])).toBe(200);
});

test.each([
  'rebound.example',
  'rebound.example:8080',
  'localhost.rebound.example',
  'rebound.localhost',
  '127.0.0.1.nip.io',
  '127.0.0.1.rebound.example',
  'example.com',
  'evil-millrace.example.com',
  'millrace.example.com.evil.example',
  'user@localhost',
  'localhost:8080@rebound.example',
  'localhost, rebound.example',
  'localhost:99999',
  'localhost..',
  '2130706433',
  '0x7f.1',
  '[::1',
  '::1',
  '*',
  'löcalhost',
  '',
])('a page whose name is "%s" reads nothing here', async (host) => {
  await using server = await opened();
  for (const path of ['/readyz', '/metrics', '/livez', '/elsewhere']) {
    expect(await asked(server.port, [`host: ${host}`], `GET ${path} HTTP/1.1`)).toBe(403);
  }
});

test('a name that the operator bound is known; a wildcard makes no name known', async () => {
  await using named = await opened('localhost');
  expect(await asked(named.port, ['host: localhost'])).toBe(200);
  await using wildcard = await opened('0.0.0.0');
  expect(await asked(wildcard.port, ['host: 0.0.0.0'])).toBe(200);
  expect(await asked(wildcard.port, ['host: rebound.example'])).toBe(403);
});

test('a request that says twice where it goes, or not at all, is refused', async () => {
  await using server = await opened();
  expect(await asked(server.port, ['host: localhost', 'host: rebound.example'])).toBe(403);
  expect(await asked(server.port, ['host: localhost', 'Host: localhost'])).toBe(403);
  expect(await asked(server.port, ['host: localhost'], 'GET http://rebound.example/readyz HTTP/1.1')).toBe(403);
  expect(await asked(server.port, ['host: localhost'], 'GET http://localhost/readyz HTTP/1.1')).toBe(403);
  expect(await asked(server.port, [], 'GET /readyz HTTP/1.0')).toBe(403);
});

test.each<[string, readonly string[], number]>([
  ['a program that is no browser', [], 200],
  ['a page of this server', ['origin: http://localhost:8080', 'sec-fetch-site: same-origin'], 200],
  ['a page behind the proxy', ['origin: https://millrace.example.com', 'sec-fetch-site: same-origin'], 200],
  ['somebody who types the address', ['sec-fetch-site: none', 'sec-fetch-mode: navigate'], 200],
  [
    'somebody who follows a link',
    ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate', 'sec-fetch-dest: document'],
    200,
  ],
  ['a frame', ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate', 'sec-fetch-dest: iframe'], 403],
  ['a script of another site', ['sec-fetch-site: cross-site', 'sec-fetch-mode: no-cors'], 403],
  ['a page on another port', ['sec-fetch-site: same-site', 'sec-fetch-mode: cors'], 403],
  ['a page on another port, by its origin', ['origin: http://localhost:9999'], 403],
  ['a page without an origin', ['origin: null'], 403],
  ['a page of the same name by another scheme', ['origin: https://localhost:8080'], 403],
  ['an extension', ['origin: chrome-extension://abcdefgh'], 403],
  ['two origins', ['origin: http://localhost:8080', 'origin: http://localhost:9999'], 403],
  ['an origin with more behind it', ['origin: http://localhost:8080.evil.example'], 403],
])('%s is answered as such', async (_, headers, status) => {
  await using server = await opened();
  expect(await asked(server.port, ['host: localhost:8080', ...headers])).toBe(status);
});

test('no answer may be read, embedded or framed by another site', async () => {
  await using server = await opened();
  for (const host of ['localhost', 'rebound.example']) {
    const { answer } = await sent(server.port, [
      'GET /readyz HTTP/1.1',
      `host: ${host}`,
      'origin: http://evil.example',
    ]);
    expect(answer).toContain('cross-origin-resource-policy: same-origin');
    expect(answer).toContain('cross-origin-opener-policy: same-origin');
    expect(answer).toContain("frame-ancestors 'none'");
    expect(answer.toLowerCase()).not.toContain('access-control-allow');
  }
});

test.each([
  'millrace.example.com',
  'ftp://millrace.example.com',
  'https://millrace.example.com/console',
  'https://ann:secret@millrace.example.com',
  '*',
])('PUBLIC_URL does not take "%s", and does not repeat it', (url) => {
  expect(() => serviceSettings({ PUBLIC_URL: url })).toThrow(
    'PUBLIC_URL  cannot be used: expected URLs without a path or a login, e.g. https://millrace.example.com',
  );
});
