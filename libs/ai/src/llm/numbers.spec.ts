import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelAnswer, ModelCall, ModelInterceptor } from '@millrace/contracts';
import { type CallOptions, Embedder, type ModelError, Reranker } from '../index.js';

const run: CallOptions = {
  signal: new AbortController().signal,
  id: 'run_1',
  step: 'find',
  idempotencyKey: 'run_1.find',
};

interface Request {
  readonly path: string;
  readonly body: {
    readonly input?: readonly string[];
    readonly documents?: readonly string[];
    readonly query?: string;
  };
}

/** A provider that answers with vectors of a text's length, or scores of a document's length, unless it is told how else. */
async function provider(
  reply?: (request: Request) => { status?: number; headers?: Record<string, string>; body: unknown },
) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const asked: Request = { path: request.url ?? '', body: JSON.parse(text) as Request['body'] };
      requests.push(asked);
      const { status = 200, headers = {}, body } = reply?.(asked) ?? { body: good(asked) };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function good({ path, body: { input = [], documents = [] } }: Request) {
  const usage = { prompt_tokens: 7, total_tokens: 7 };
  if (path.endsWith('/rerank'))
    return { results: documents.map((text, index) => ({ index, relevance_score: text.length })), usage };
  const data = input.map((text, index) => ({ index, embedding: [text.length, index] }));
  return { model: 'embed-1', data: data.reverse(), usage };
}

/** Notes each call, and answers the second time with what it was given the first. */
function keeping() {
  const calls: ModelCall[] = [];
  const kept = new Map<string, ModelAnswer>();
  const interceptor: ModelInterceptor = async (call, next) => {
    calls.push(call);
    const answer = kept.get(call.key) ?? (await next());
    kept.set(call.key, answer);
    return answer;
  };
  return { calls, kept, interceptor };
}

test('each text gets its vector, in order, many texts in several requests, and personal data stays here', async () => {
  await using server = await provider();
  const { calls, interceptor } = keeping();
  const embedder = new Embedder({ url: server.url, model: 'embed' }, { interceptors: [interceptor] });
  const texts = Array.from({ length: 150 }, (_, index) => 'x'.repeat(index + 1));
  expect((await embedder.embed([...texts, 'ann@example.com'], run)).slice(148)).toEqual([
    [149, 48],
    [150, 49],
    ['[email-1]'.length, 50],
  ]);
  expect(server.requests.map(({ body }) => body.input?.length)).toEqual([100, 51]);
  expect(JSON.stringify(server.requests)).not.toContain('ann@example.com');
  expect(calls).toMatchObject([
    { operation: 'embeddings', model: 'embed', estimate: { outputTokens: 0 }, caller: { run: 'run_1', step: 'find' } },
    { operation: 'embeddings' },
  ]);
  expect(calls[0]!.key).not.toBe(calls[1]!.key);
});

test('documents are ranked by how well they answer, the best first', async () => {
  await using server = await provider();
  const { calls, kept, interceptor } = keeping();
  const reranker = new Reranker({ url: server.url, model: 'rank' });
  const options = { ...run, modelCalls: [interceptor] };
  const asked = { query: 'lost card', documents: ['a', 'ccc', 'bb'], limit: 2 };
  expect(await reranker.rank(asked, options)).toEqual([
    { index: 1, score: 3 },
    { index: 2, score: 2 },
  ]);
  expect(calls).toMatchObject([{ operation: 'rerank', prompt: 'rerank' }]);
  expect([...kept.values()]).toMatchObject([{ usage: { inputTokens: 7, outputTokens: 0 }, model: 'rank' }]);
  // The next attempt of the step asks the same, and nobody is paid.
  expect(await reranker.rank(asked, { ...options })).toHaveLength(2);
  expect(server.requests).toHaveLength(1);
});

test.each<[string, string, Awaited<Parameters<typeof provider>[0]>]>([
  ['429', 'MODEL_BUSY', () => ({ status: 429, headers: { 'retry-after': '7' }, body: {} })],
  ['401', 'MODEL_REFUSED', () => ({ status: 401, body: {} })],
  ['500', 'MODEL_UNAVAILABLE', () => ({ status: 500, body: {} })],
  ['a page in the place of numbers', 'MODEL_ANSWER_INVALID', () => ({ body: '<html>' })],
  ['a vector that is missing', 'MODEL_ANSWER_INVALID', () => ({ body: { data: [{ index: 1, embedding: [1] }] } })],
  ['an answer of 40 MB', 'MODEL_ANSWER_TOO_LARGE', () => ({ body: ' '.repeat(40 * 1024 * 1024) })],
])('%s is a failure of its own, as for any model: %s', async (_, code, reply) => {
  await using server = await provider(reply);
  const embedder = new Embedder({ url: server.url, model: 'embed' });
  const failure = await embedder.embed(['x'], run).catch((thrown: ModelError) => thrown);
  expect(failure).toMatchObject({ code });
});

test('a document that was not given is no answer', async () => {
  await using server = await provider(() => ({ body: { results: [{ index: 5, relevance_score: 1 }] } }));
  const reranker = new Reranker({ url: server.url, model: 'rank' });
  await expect(reranker.rank({ query: 'q', documents: ['a'] }, run)).rejects.toMatchObject({
    code: 'MODEL_ANSWER_INVALID',
  });
});
