import { request } from 'node:http';
import { Problem } from '@millrace/contracts/http';
import { OPERATIONS } from './operations.js';
import { World } from '../testing/world.js';

let world: World;
beforeAll(async () => (world = await World.open()));
afterAll(() => world[Symbol.asyncDispose]());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As `fetch`, which sets `Host` itself. */
function send({ method = 'GET', path = '/v1/runs', headers = {}, body }: Sent) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const asked = request(world.url + path, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.once('error', reject).end(body);
  });
}
const codeOf = async (sent: Sent) => {
  const { status, text } = await send(sent);
  return [status, text.startsWith('{') ? Problem.safeParse(JSON.parse(text)).data?.code : undefined];
};
const JSON_TYPE = { 'content-type': 'application/json' };
const START = { method: 'POST', body: '{"pipeline":"reply","input":{"text":"Hi"}}' };
const fill = (path: string) => path.replaceAll(/\{\w+\}/g, 'classify');

test('under a name that is not ours nothing is read, started or shown', async () => {
  const headers = { host: 'rebound.example', ...JSON_TYPE };
  for (const { method, path } of OPERATIONS)
    expect([
      path,
      ...(await codeOf({ method, path: fill(path), headers, ...(method === 'POST' && { body: '{}' }) })),
    ]).toEqual([path, 403, 'UNKNOWN_HOST']);
  for (const path of ['/', '/console/', '/runs/x', '/livez', '/readyz', '/metrics', '/openapi.json', '/nowhere'])
    expect(await codeOf({ path, headers })).toEqual([403, 'UNKNOWN_HOST']);
  expect(world.published).toEqual([]);
});

test.each<[string, Record<string, string>]>([
  ['on another port', { origin: 'http://127.0.0.1:9999' }],
  ['on another port, that hides it', { 'sec-fetch-site': 'same-site' }],
  ['of another site', { 'sec-fetch-site': 'cross-site' }],
  ['without an origin', { origin: 'null' }],
])('a page %s changes nothing', async (_, headers) => {
  for (const { path } of OPERATIONS.filter(({ method }) => method === 'POST'))
    expect([path, ...(await codeOf({ ...START, path: fill(path), headers: { ...JSON_TYPE, ...headers } }))]).toEqual([
      path,
      403,
      'CROSS_SITE',
    ]);
  expect(world.published).toEqual([]);
});

test('whatever changes something needs a content type that a page cannot send unasked, with or without a body', async () => {
  for (const { path } of OPERATIONS.filter(({ method }) => method === 'POST'))
    for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      for (const body of ['', START.body]) {
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
        expect([path, ...(await codeOf({ method: 'POST', path: fill(path), headers, body }))]).toEqual([
          path,
          415,
          'UNSUPPORTED_CONTENT_TYPE',
        ]);
      }
  expect(world.published).toEqual([]);
});

test('a GET stays a GET, whatever it says that it is', async () => {
  const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST', ...JSON_TYPE };
  expect((await send({ path: '/v1/stages/classify/pause', headers })).status).toBe(405);
  expect((await send({ path: '/v1/stages/classify/pause?_method=POST', headers })).status).toBe(405);
  expect((await send({ method: 'HEAD', path: '/v1/stages/classify/pause' })).status).toBe(405);
  expect(world.published).toEqual([]);
});

test('a page of another origin that asks first is not let in', async () => {
  const { status, headers } = await send({
    method: 'OPTIONS',
    headers: {
      origin: 'http://127.0.0.1:9999',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(status).toBe(403);
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('our own page, a proxy’s and a program are let in', async () => {
  await using ours = await World.open();
  const { host } = new URL(ours.url);
  const post = (headers: Record<string, string>) =>
    fetch(`${ours.url}/v1/runs`, { ...START, headers: { ...JSON_TYPE, ...headers } });
  expect((await post({})).status).toBe(202);
  expect((await post({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(202);
  const pause = await fetch(`${ours.url}/v1/stages/classify/pause`, { method: 'POST', headers: JSON_TYPE });
  expect(pause.status).toBe(200);
});

test('every answer keeps other sites out: of the API, of the console, of an error', async () => {
  for (const path of ['/v1/runs', '/', '/console/', '/livez', '/nowhere', '/runs/nope']) {
    const { headers } = await send({ path });
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});
