import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readTicket, type RunEvent, type StepCommand } from '@millrace/contracts';
import { readSettings } from '@millrace/runtime';
import { z } from 'zod';
import { aRuntime, later, RUN } from '../runtime.fixture.js';
import { defineStage, httpStage, type HttpStageOptions, startStage } from '../index.js';

const weigh = defineStage({
  name: 'weigh',
  input: z.object({ text: z.string() }),
  output: z.object({ words: z.number() }),
});
const KEY = 'a key of at least thirty-two characters';
const SECRET = 'a-secret-that-nobody-may-see';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An endpoint that answers as the test says, and what it was asked. */
async function endpoint(answer: Answer) {
  const asked: {
    headers: IncomingMessage['headers'];
    body: string;
    method: string | undefined;
    url: string | undefined;
  }[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { headers, method, url } = request;
      asked.push({ headers, method, url, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/weigh?key=of-a-query`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Asked {
  readonly command?: Partial<StepCommand>;
  readonly options?: Partial<HttpStageOptions>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the stage against the endpoint, and returns the events that answer one command, and all that was logged. */
async function answered(answer: Answer, { command = {}, options = {}, env = {} }: Asked = {}) {
  await using server = await endpoint(answer);
  await using runtime = await aRuntime();
  const made = httpStage(weigh, { url: server.url, headers: { Authorization: 'Bearer ${TOKEN}' }, ...options });
  const settings = readSettings(made.config, { TOKEN: SECRET, HTTP_STAGE_HOSTS: server.host, ...env }, 'weigh');
  const stage = await startStage(runtime, made.stage, { providers: made.providers(settings) });
  try {
    await runtime.ask('weigh', { input: { text: 'two words' }, ...command });
    const events = await runtime.events(1);
    return { events, event: events.at(-1)!, asked: server.asked, logged: JSON.stringify(runtime.lines) };
  } finally {
    await stage.drain(1_000);
  }
}

const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
const problem = (value: object, status: number, headers: Record<string, string> = {}): Answer =>
  json(value, status, { 'content-type': 'application/problem+json', ...headers });
const failureIn = (event: RunEvent) => (event.type === 'step.failed' ? event.failure : undefined);

test('the endpoint is posted the input, with all that it needs to do the work once and in the same trace', async () => {
  const { event, asked } = await answered(json({ words: 2 }));
  expect(event).toMatchObject({ type: 'step.completed', output: { words: 2 } });
  expect(asked).toHaveLength(1);
  const [{ body, method, headers }] = asked as [(typeof asked)[number]];
  expect([method, JSON.parse(body)]).toEqual(['POST', { text: 'two words' }]);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    authorization: `Bearer ${SECRET}`,
    'idempotency-key': `${RUN}.only`,
    traceparent: event.type === 'step.completed' ? event.trace : '',
    'millrace-attempt': '1',
    'millrace-deadline': expect.stringMatching(/^\d{4}-.*Z$/) as string,
  });
});

test.each<[string, Answer, object]>([
  [
    'problem+json is a failure with its own code, words and permanence',
    problem({ code: 'TOO_SHORT', detail: 'Nothing to weigh.', retryable: false, status: 503 }, 503),
    { code: 'TOO_SHORT', kind: 'permanent', message: 'Nothing to weigh.' },
  ],
  [
    'a 429 is transient, and tells when to ask again',
    problem({ title: 'Slow down' }, 429, { 'retry-after': '7' }),
    { code: 'ENDPOINT_BUSY', kind: 'transient', message: 'Slow down', retryAfterMs: 7_000 },
  ],
  [
    'a 404 without words is permanent',
    json({ secret: 'of the endpoint' }, 404),
    { code: 'ENDPOINT_REFUSED', kind: 'permanent' },
  ],
  ['a 500 is transient', json('x', 500), { code: 'ENDPOINT_UNAVAILABLE', kind: 'transient' }],
  [
    'details of a problem are kept',
    problem({ errors: [{ pointer: '/text', detail: 'is dull' }] }, 422),
    { details: [{ pointer: '/text', detail: 'is dull' }] },
  ],
  [
    'an answer that is no JSON is told',
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"words":'),
    { code: 'ENDPOINT_ANSWER_INVALID', kind: 'permanent' },
  ],
  [
    'an answer that is a page is told',
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    { code: 'ENDPOINT_ANSWER_INVALID' },
  ],
  ['an answer that the contract does not allow is told', json({ words: 'two' }), { code: 'STAGE_OUTPUT_INVALID' }],
  [
    'an answer without an end is cut off',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => response.write('x'.repeat(100_000), (error) => void (error ?? more()));
      more();
    },
    { code: 'ENDPOINT_ANSWER_TOO_LARGE', kind: 'permanent' },
  ],
  [
    'a redirect to another host is not followed',
    (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/other' }).end(),
    { code: 'ENDPOINT_REDIRECTED', kind: 'permanent' },
  ],
  [
    'a redirect that would lose the body is not followed',
    (_, response) => void response.writeHead(302, { location: '/other' }).end(),
    { code: 'ENDPOINT_REDIRECTED' },
  ],
  [
    'a redirect round and round ends',
    (_, response) => void response.writeHead(308, { location: '/again' }).end(),
    { code: 'ENDPOINT_REDIRECTED' },
  ],
  [
    'a connection that breaks is transient',
    (_, response) => void response.destroy(),
    { code: 'ENDPOINT_UNAVAILABLE', kind: 'transient' },
  ],
  [
    'an answer that breaks off is transient',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{', () => response.destroy());
    },
    { code: 'ENDPOINT_UNAVAILABLE', kind: 'transient' },
  ],
  [
    'a 202 without a place to call back to is told',
    (_, response) => void response.writeHead(202).end(),
    { code: 'ENDPOINT_ANSWER_INVALID', kind: 'permanent' },
  ],
])('%s', async (_, answer, failure) => {
  const { event } = await answered(answer);
  expect(failureIn(event)).toMatchObject(failure);
});

test('a redirect on the same host that keeps the body is followed', async () => {
  const { event, asked } = await answered((request, response) => {
    if (request.url === '/moved') json({ words: 2 })(request, response);
    else response.writeHead(308, { location: '/moved' }).end();
  });
  expect(event.type).toBe('step.completed');
  expect(asked.map(({ url, body }) => [url, body])).toEqual([
    ['/weigh?key=of-a-query', '{"text":"two words"}'],
    ['/moved', '{"text":"two words"}'],
  ]);
});

test('an endpoint that is slow fails the attempt, at its own limit or the step’s, and the request is given up', async () => {
  const closed: Promise<unknown>[] = [];
  const silent: Answer = (_, response) => void closed.push(once(response, 'close'));
  const own = await answered(silent, { options: { timeout: '50ms' } });
  expect(failureIn(own.event)).toMatchObject({ code: 'ENDPOINT_TIMED_OUT', kind: 'transient' });
  const steps = await answered(silent, { command: { timeoutMs: 50 } });
  expect(failureIn(steps.event)).toMatchObject({ code: 'STAGE_TIMED_OUT', kind: 'transient' });
  await Promise.all(closed);
});

test('server-sent progress is passed on, and the output ends the events', async () => {
  const begun = later<ServerResponse>();
  await using server = await endpoint((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: progress\ndata: {"fraction": 0.5, "message": "half"}\n\n: a comment\n\nevent: out');
    begun.resolve(response);
  });
  await using runtime = await aRuntime();
  const made = httpStage(weigh, { url: server.url });
  const settings = readSettings(made.config, { HTTP_STAGE_HOSTS: server.host }, 'weigh');
  const stage = await startStage(runtime, made.stage, { providers: made.providers(settings) });
  try {
    await runtime.ask('weigh', { input: { text: 'two words' } });
    const response = await begun.promise;
    expect(await runtime.events(1)).toMatchObject([{ type: 'step.progress', fraction: 0.5, message: 'half' }]);
    response.write('put\ndata: {"words":\ndata: 2}\n\n');
    expect((await runtime.events(2)).at(-1)).toMatchObject({ type: 'step.completed', output: { words: 2 } });
  } finally {
    await stage.drain(1_000);
  }
});

test.each<[string, string, object]>([
  [
    'a problem among them fails the step',
    'event: problem\ndata: {"status":429,"detail":"Busy."}\n\n',
    { code: 'ENDPOINT_BUSY', message: 'Busy.' },
  ],
  [
    'events that end without an output are transient',
    'event: progress\ndata: {}\n\n',
    { code: 'ENDPOINT_UNAVAILABLE', kind: 'transient' },
  ],
  ['an output that is no JSON is told', 'event: output\ndata: {\n\n', { code: 'ENDPOINT_ANSWER_INVALID' }],
])('server-sent events: %s', async (_, text, failure) => {
  const { event } = await answered(
    (__, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text),
  );
  expect(failureIn(event)).toMatchObject(failure);
});

test('a 202 leaves the step open, and the endpoint has a signed place to answer to', async () => {
  const reached = later<void>();
  await using server = await endpoint((_, response) => {
    response.writeHead(202).end();
    reached.resolve();
  });
  await using runtime = await aRuntime();
  const made = httpStage(weigh, { url: server.url });
  const env = { HTTP_STAGE_HOSTS: server.host, CALLBACK_URL: 'https://millrace.example.com/', CALLBACK_KEY: KEY };
  const stage = await startStage(runtime, made.stage, {
    providers: made.providers(readSettings(made.config, env, 'weigh')),
  });
  try {
    const expires = Date.now() + 3_600_000;
    await runtime.ask('weigh', { input: { text: 'later' }, attempt: 3, expires });
    // The record is done, without an answer: the next one is.
    await runtime.ask('weigh', { input: { nothing: 1 }, step: 'later' });
    expect(await runtime.events(1)).toMatchObject([{ step: 'later', type: 'step.failed' }]);
    await reached.promise;
    const [, token] = /^https:\/\/millrace\.example\.com\/v1\/callbacks\?token=(\S+)$/.exec(
      String(server.asked[0]!.headers['millrace-callback']),
    )!;
    expect(readTicket(token!, KEY)).toMatchObject({ run: RUN, step: 'only', attempt: 3, stage: 'weigh', expires });
  } finally {
    await stage.drain(1_000);
  }
});

test('no secret comes into an event or a line of the log, also where the endpoint says it', async () => {
  const { event, logged } = await answered((request, response) =>
    problem({ detail: `I was sent ${request.headers.authorization}`, errors: [{ pointer: '/', detail: SECRET }] }, 403)(
      request,
      response,
    ),
  );
  expect(failureIn(event)).toMatchObject({ code: 'ENDPOINT_REFUSED', message: 'I was sent Bearer [secret]' });
  expect(JSON.stringify(event) + logged).not.toContain(SECRET);
  expect(JSON.stringify((await answered(json(1, 500))).event)).not.toContain('of-a-query');
});

test('settings that are missing stop the start, all at once', () => {
  const made = httpStage(weigh, {
    url: 'https://nlp.example.com/weigh',
    headers: { authorization: 'Bearer ${TOKEN}' },
  });
  const start = (env: Readonly<Record<string, string>>) => () => readSettings(made.config, env, 'weigh');
  expect(start({ CALLBACK_KEY: 'short' })).toThrow(/HTTP_STAGE_HOSTS[^]*TOKEN|TOKEN[^]*HTTP_STAGE_HOSTS/);
  expect(start({ TOKEN: 'x', HTTP_STAGE_HOSTS: 'other.example.com' })).toThrow('does not list nlp.example.com');
  expect(start({ TOKEN: 'x', HTTP_STAGE_HOSTS: '*.example.com', CALLBACK_KEY: KEY })).toThrow('CALLBACK_URL');
  expect(start({ TOKEN: 'x', HTTP_STAGE_HOSTS: 'a.b, *.example.com' })).not.toThrow();
  expect(start({ TOKEN: 'x', HTTP_STAGE_HOSTS: 'example.com' })).toThrow('does not list');
});

test.each(['nlp.example.com/weigh', 'ftp://nlp.example.com', 'https://ann:secret@nlp.example.com'])(
  'a URL that cannot be called is refused where it is written: %s',
  (url) => {
    expect(() => httpStage(weigh, { url })).toThrow(/^The HTTP stage weigh has a URL that/);
  },
);
