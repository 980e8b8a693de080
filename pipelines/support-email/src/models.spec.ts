import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, rm } from 'node:fs/promises';
import { localModels } from './flow.fixture.js';

/** A server with the address of an OpenAI-compatible one, which answers each question as told. */
async function provider(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => request.on('end', () => answer(response)).resume());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const CLEAR = {
  from: 'ann@example.com',
  subject: 'Lost card',
  text: 'I lost my debit card in town yesterday. Please block it and send me a new one.',
};

const status = (code: number) => (response: ServerResponse) =>
  void response.writeHead(code).end('{"error":{"message":"no"}}');

test.each([
  ['a wrong key', 'MODEL_REFUSED', status(401)],
  ['an unknown model', 'MODEL_REFUSED', status(404)],
  [
    'no capacity',
    'MODEL_BUSY',
    (response: ServerResponse) => void response.writeHead(429, { 'retry-after': '0' }).end('{}'),
  ],
  ['a broken server', 'MODEL_UNAVAILABLE', status(500)],
  ['malformed answers', 'MODEL_ANSWER_INVALID', (response: ServerResponse) => void response.end('{"id":')],
  ['no answer in time', 'MODEL_TIMEOUT', () => undefined],
])(
  'where a language model cannot answer, nothing is sent without a person, and the run says why: %s',
  async (_, code, answer) => {
    await using server = await provider(answer);
    const { engine, flow, outbox } = await localModels({
      MODEL_PROVIDER: 'openai-compatible',
      MODEL_URL: server.url,
      MODEL_API_KEY: 'wrong',
      MODEL_NAME: 'tiny',
      MODEL_TIMEOUT_MS: code === 'MODEL_TIMEOUT' ? '100' : '60000',
      MODEL_FALLBACK: 'always',
    });
    await using closing = new AsyncDisposableStack();
    closing.defer(() => rm(outbox, { recursive: true }));
    closing.use(engine);
    const { run, waiting } = await flow(CLEAR);
    expect(waiting).toMatchObject({
      reasons: expect.arrayContaining(['answered-by-fallback', 'confidence-below-threshold']),
      why: expect.arrayContaining([expect.stringContaining('language model could not answer')]),
    });
    expect(run.degraded).toEqual(
      expect.arrayContaining(
        ['classify', 'extract', 'draft', 'comply'].map((step) => expect.objectContaining({ step, by: 'stage', code })),
      ),
    );
    await run.answer('approve', { approved: true });
    expect(run.output).toMatchObject({ reviewed: true, confidence: expect.closeTo(0.06, 1) });
    expect(await readdir(outbox)).toHaveLength(1);
  },
);
