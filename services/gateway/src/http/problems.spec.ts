import { Problem } from '@millrace/contracts/http';
import { connect } from 'node:net';
import { World } from '../testing/world.js';

let world: World;
beforeAll(async () => (world = await World.open({ maxBodyBytes: 20_000 })));
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.brokerIsUp = true;
  world.storeIsUp = true;
});

interface Wrong {
  readonly path: string;
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

async function problemOf({ path, method, body, type = 'application/json', headers = {} }: Wrong) {
  const response = await fetch(world.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body !== undefined && { body }),
    headers: { ...(body !== undefined && { 'content-type': type }), ...headers },
  });
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const text = await response.text();
  expect(text).not.toMatch(/node_modules|\.ts:\d|secret-host/);
  const problem = Problem.parse(JSON.parse(text));
  expect(problem.status).toBe(response.status);
  return { ...problem, headers: response.headers };
}

const run = (input: unknown, pipeline: unknown = 'reply') => JSON.stringify({ pipeline, input });
const nested = '['.repeat(9_000) + ']'.repeat(9_000);

test.each<[string, Wrong, number, string]>([
  ['JSON that is none', { path: '/v1/runs', body: '{' }, 400, 'INVALID_JSON'],
  ['bytes that are not UTF-8', { path: '/v1/runs', body: Uint8Array.from([0x22, 0xff, 0x22]) }, 400, 'INVALID_JSON'],
  ['JSON nested too deep', { path: '/v1/runs', body: `{"pipeline":"reply","input":${nested}}` }, 400, 'INVALID_JSON'],
  [
    'a number that no double holds',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{"text":"a","amount":1e400}}' },
    422,
    'INVALID_VALUE',
  ],
  [
    'a whole number that would be changed',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{"text":"a","n":9007199254740993}}' },
    422,
    'INVALID_VALUE',
  ],
  ['a NUL in an input', { path: '/v1/runs', body: run({ text: 'a\0b' }) }, 422, 'INVALID_VALUE'],
  ['half of a character', { path: '/v1/runs', body: run({ text: '\ud83d' }) }, 422, 'INVALID_VALUE'],
  ['a key twice', { path: '/v1/runs', body: '{"pipeline":"reply","input":{"a":1,"a":2}}' }, 422, 'INVALID_VALUE'],
  [
    'a key that objects lose',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{"text":"","__proto__":{}}}' },
    422,
    'INVALID_VALUE',
  ],
  [
    'a NUL in the name of who pauses',
    { path: '/v1/pipelines/reply/pause', body: '{"by":"a\\u0000"}' },
    422,
    'INVALID_VALUE',
  ],
  ['a NUL in a path', { path: '/v1/pipelines/%00/pause', body: '{}' }, 400, 'INVALID_REQUEST'],
  ['a NUL in a run’s id', { path: '/v1/runs/a%00b' }, 400, 'INVALID_REQUEST'],
  ['a NUL in a query', { path: '/v1/runs?pipeline=%00' }, 400, 'INVALID_REQUEST'],
  ['half a percent escape', { path: '/v1/reviews/100%' }, 400, 'INVALID_REQUEST'],
  ['bytes in a path that are not UTF-8', { path: '/v1/dead-letters/%FF%FE' }, 400, 'INVALID_REQUEST'],
  ['bytes in a query that are not UTF-8', { path: '/v1/runs?cursor=%FF' }, 400, 'INVALID_REQUEST'],
  [
    'a name that no pipeline may have',
    { path: `/v1/pipelines/${'x'.repeat(300)}/pause`, body: '{}' },
    400,
    'INVALID_REQUEST',
  ],
  ['an id that is too long', { path: `/v1/runs/${'x'.repeat(3_000)}` }, 400, 'INVALID_REQUEST'],
  [
    'a day that no calendar has',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{"text":""},"startAt":"2027-02-30T00:00:00Z"}' },
    400,
    'INVALID_REQUEST',
  ],
  [
    'a time beyond the last year',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{"text":""},"startAt":"9999-12-31T23:00:00-12:00"}' },
    400,
    'INVALID_REQUEST',
  ],
  [
    'a limit that no column holds',
    { path: '/v1/stages/draft/limits', body: '{"concurrency":3000000000}' },
    400,
    'INVALID_REQUEST',
  ],
  [
    'a place in a run’s history that no column holds',
    { path: '/v1/runs/r/events?after=3000000000' },
    400,
    'INVALID_REQUEST',
  ],
  ['an empty body', { path: '/v1/runs', body: '' }, 400, 'INVALID_REQUEST'],
  ['a body that is no object', { path: '/v1/runs', body: '[]' }, 400, 'INVALID_REQUEST'],
  ['a body without an input', { path: '/v1/runs', body: '{"pipeline":"reply"}' }, 400, 'INVALID_REQUEST'],
  [
    'a field that nobody knows',
    { path: '/v1/runs', body: '{"pipeline":"reply","input":{},"x":1}' },
    400,
    'INVALID_REQUEST',
  ],
  ['an unknown pipeline', { path: '/v1/runs', body: run({}, 'nope') }, 404, 'UNKNOWN_PIPELINE'],
  ['an input that does not fit', { path: '/v1/runs', body: run({ text: 1 }) }, 422, 'INVALID_INPUT'],
  ['a body that is too large', { path: '/v1/runs', body: run({ text: 'x'.repeat(30_000) }) }, 413, 'TOO_LARGE'],
  [
    'a content type that is not taken',
    { path: '/v1/runs', body: 'x', type: 'text/plain' },
    415,
    'UNSUPPORTED_CONTENT_TYPE',
  ],
  [
    'an encoding that is not known',
    { path: '/v1/runs', body: '{}', headers: { 'content-encoding': 'zip' } },
    415,
    'UNSUPPORTED_CONTENT_TYPE',
  ],
  [
    'a body that is not what its encoding says',
    { path: '/v1/runs', body: '{}', headers: { 'content-encoding': 'gzip' } },
    400,
    'INVALID_REQUEST',
  ],
  ['a path that is not there', { path: '/v1/nope' }, 404, 'UNKNOWN_ROUTE'],
  ['a path that cannot be decoded', { path: '/v1/runs/%E0%A4%A' }, 400, 'INVALID_REQUEST'],
  ['a run that is not there', { path: '/v1/runs/run_00000000000000000000000000' }, 404, 'UNKNOWN_RUN'],
  ['a run id that is none', { path: '/v1/runs/..%2F..' }, 404, 'UNKNOWN_RUN'],
  ['the events of a run that is not there', { path: '/v1/runs/run_x/events' }, 404, 'UNKNOWN_RUN'],
  ['a review that is not there', { path: '/v1/reviews/nope' }, 404, 'UNKNOWN_REVIEW'],
  ['a dead letter that is not there', { path: '/v1/dead-letters/nope' }, 404, 'UNKNOWN_DEAD_LETTER'],
  ['a pipeline that is not there', { path: '/v1/pipelines/nope' }, 404, 'UNKNOWN_PIPELINE'],
  ['a query that is not valid', { path: '/v1/runs?limit=0' }, 400, 'INVALID_REQUEST'],
  ['a query that nobody knows', { path: '/v1/runs?stauts=running' }, 400, 'INVALID_REQUEST'],
  ['a cursor that was made up', { path: '/v1/runs?cursor=abc' }, 400, 'INVALID_CURSOR'],
  [
    'a page of another site',
    { path: '/v1/runs', body: run({ text: '' }), headers: { 'sec-fetch-site': 'cross-site' } },
    403,
    'CROSS_SITE',
  ],
])('%s is a problem, not a page and not a stack', async (_, wrong, status, code) => {
  expect(await problemOf(wrong)).toMatchObject({ status, code });
});

test('a value that cannot be kept is named by its place in the body, and by nothing of itself', async () => {
  const { errors, detail } = await problemOf({
    path: '/v1/runs',
    body: '{"pipeline":"reply","input":{"text":"a","lines":[1,{"amount":1e400}]}}',
  });
  expect(errors).toEqual([{ pointer: '/input/lines/1/amount', detail: expect.any(String) }]);
  expect(detail).not.toContain('1e400');
});

test('a mail with a NUL in it travels as its bytes', async () => {
  const mail = Buffer.from('Subject: a\r\n\r\nb\0c');
  const headers = { 'content-type': 'message/rfc822' };
  const answer = await fetch(`${world.url}/v1/runs?pipeline=reply`, { method: 'POST', headers, body: mail });
  expect(answer.status).toBe(202);
  expect(JSON.parse(String(world.published.at(-1)!.value))).toEqual({ rawBase64: mail.toString('base64') });
});

test('a problem names the field', async () => {
  const { errors } = await problemOf({ path: '/v1/runs', body: run({ text: 1 }) });
  expect(errors).toContainEqual({ pointer: expect.stringContaining('/input'), detail: expect.any(String) });
});

test('a problem is short, however long what is wrong is', async () => {
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`key-${n}`, 1])));
  const { headers: _, ...problem } = await problemOf({ path: '/v1/runs', body });
  expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  expect(JSON.stringify(problem).length).toBeLessThan(5_000);
});

test('a method that a path does not take is told which it takes', async () => {
  const problem = await problemOf({ path: '/v1/runs', method: 'DELETE' });
  expect(problem).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  expect(problem.headers.get('allow')).toBe('POST, GET, HEAD');
});

test('a broker that is away is told with when to try again, and nothing of its address', async () => {
  world.brokerIsUp = false;
  const problem = await problemOf({ path: '/v1/runs', body: run({ text: '' }) });
  expect(problem).toMatchObject({ status: 503, code: 'BROKER_UNAVAILABLE', retryable: true });
  expect(problem.headers.get('retry-after')).toBe('2');
});

test('a store that is away is told the same way', async () => {
  world.storeIsUp = false;
  expect(await problemOf({ path: '/v1/runs' })).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
});

test('a problem carries the caller’s trace id', async () => {
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  expect((await problemOf({ path: '/v1/nope', headers })).traceId).toBe('0af7651916cd43dd8448eb211c80319c');
});

test('a body that ends in the middle does not keep the gateway from answering others', async () => {
  const { port } = new URL(world.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'POST /v1/runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"pip',
  );
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
  expect((await fetch(`${world.url}/livez`)).status).toBe(200);
});
