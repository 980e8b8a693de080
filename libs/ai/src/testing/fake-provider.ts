import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTimer } from '@millrace/contracts/timers';
import { refusedBySchemas } from './strict-schemas.js';

/** One request to the fake provider, as it was read. */
export interface FakeRequest {
  readonly model: string;
  readonly system: string;
  /** The last words of the user. */
  readonly user: string;
  /** The name of the schema that the answer is to have: the name of the prompt. */
  readonly prompt: string;
  readonly headers: IncomingMessage['headers'];
  /** The number of this request, from 1. */
  readonly number: number;
}

/** An answer of the fake provider to one request. */
export type FakeReply =
  | {
      readonly is: 'answer';
      readonly content: unknown;
      readonly finish?: string;
      readonly usage?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** The pause between the parts of an answer that is asked for in parts. */
      readonly everyMs?: number;
    }
  | { readonly is: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Nothing comes, and the connection stays open. */
  | { readonly is: 'silence' }
  /** The connection breaks in the middle of the answer. */
  | { readonly is: 'cut' }
  /** The answer never ends. */
  | { readonly is: 'endless' }
  /** These bytes in the place of an answer. */
  | { readonly is: 'bytes'; readonly bytes: string };

/** Ways in which a provider fails, by the names that tests and documents use. */
export const FAILING = {
  'wrong key': { is: 'status', status: 401 },
  'unknown model': { is: 'status', status: 404 },
  'too many requests': { is: 'status', status: 429, headers: { 'retry-after': '0' } },
  'server error': { is: 'status', status: 500 },
  'cut stream': { is: 'cut' },
  'broken JSON': { is: 'answer', content: '{"label": "lost' },
  slow: { is: 'silence' },
} as const satisfies Record<string, FakeReply>;

export interface FakeProviderOptions {
  /** Decides on every request; `answer` with an empty object unless given. */
  readonly reply?: (request: FakeRequest) => FakeReply | Promise<FakeReply>;
  /** The only key that is let in; any key unless given. */
  readonly key?: string;
  /** The only models that exist; any unless given. */
  readonly models?: readonly string[];
}

export interface FakeProvider extends AsyncDisposable {
  /** The address to set as `MODEL_URL`. */
  readonly url: string;
  /** All requests so far that were let in. */
  readonly requests: readonly FakeRequest[];
}

/**
 * A server on loopback with the API of OpenAI's chat completions, for tests: it answers as told, refuses schemas that are not strict, wrong
 * keys and unknown models as a provider does, and counts what it was asked.
 */
export async function fakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const requests: FakeRequest[] = [];
  const server = createServer((request, response) => {
    bodyOf(request)
      .then(async (body) => {
        const reply = refusal(body, request, options);
        if (reply) return send(response, reply, body);
        const asked = readRequest(body, request, requests.length + 1);
        requests.push(asked);
        return send(response, (await options.reply?.(asked)) ?? { is: 'answer', content: {} }, body);
      })
      .catch(() => response.destroy());
  });
  // A client that sends on a connection just as it is closed would see a failure that nobody asked for.
  server.keepAliveTimeout = 300_000;
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

interface Body {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  readonly response_format?: { readonly json_schema?: { readonly name?: string; readonly schema?: unknown } };
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Body;
}

function refusal(
  body: Body,
  { headers }: IncomingMessage,
  { key, models }: FakeProviderOptions,
): FakeReply | undefined {
  if (key !== undefined && headers.authorization !== `Bearer ${key}`) return FAILING['wrong key'];
  if (models !== undefined && !models.includes(body.model ?? '')) return FAILING['unknown model'];
  const isRefused = refusedBySchemas(body.response_format?.json_schema?.schema).length > 0;
  return isRefused ? { is: 'status', status: 400 } : undefined;
}

function readRequest(body: Body, { headers }: IncomingMessage, number: number): FakeRequest {
  const said = (role: string) => textOf(body.messages?.findLast((message) => message.role === role)?.content);
  const { model = '', response_format: format } = body;
  return {
    model,
    system: said('system'),
    user: said('user'),
    prompt: format?.json_schema?.name ?? '',
    headers,
    number,
  };
}

/** Content is a text, or a list of parts with a text each. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join('');
}

function send(response: ServerResponse, reply: FakeReply, { model = '', stream = false }: Body): void {
  switch (reply.is) {
    case 'answer':
      if (stream) return streamAnswer(response, model, reply);
      response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(completion(model, reply)));
      return;
    case 'status':
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify({ error: { message: 'refused by the fake provider', type: 'error' } }));
      return;
    case 'cut':
      if (stream) return cutStream(response, model);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"id":"c1","choices":[{"message":{"content":"');
      setImmediate(() => response.destroy());
      return;
    case 'bytes':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(reply.bytes);
      return;
    case 'endless':
      response.writeHead(200, { 'content-type': 'application/json' });
      return endless(response);
    case 'silence':
      return;
  }
}

function completion(model: string, { content, finish = 'stop', usage }: Extract<FakeReply, { is: 'answer' }>) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return {
    id: 'answer-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content: text } }],
    ...(usage !== null && { usage: usage ?? { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } }),
  };
}

/** Sends an answer as server-sent events, some characters in each. */
function streamAnswer(response: ServerResponse, model: string, reply: Extract<FakeReply, { is: 'answer' }>): void {
  const { choices, ...rest } = completion(model, reply);
  const [{ message, finish_reason: finish } = { message: { content: '' }, finish_reason: 'stop' }] = choices;
  const { everyMs = 0 } = reply;
  const parts = message.content.match(/[^]{1,8}/gu) ?? [];
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  const next = () => {
    if (response.destroyed) return;
    const content = parts.shift();
    if (content !== undefined) {
      response.write(
        eventOf({ ...rest, usage: null, choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
      );
      startTimer(everyMs, next);
      return;
    }
    response.write(eventOf({ ...rest, usage: null, choices: [{ index: 0, delta: {}, finish_reason: finish }] }));
    if ('usage' in rest) response.write(eventOf({ ...rest, choices: [] }));
    response.end('data: [DONE]\n\n');
  };
  next();
}

function cutStream(response: ServerResponse, model: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const choices = [{ index: 0, delta: { content: '{"label":' }, finish_reason: null }];
  response.write(eventOf({ id: 'answer-1', object: 'chat.completion.chunk', created: 0, model, choices }));
  startTimer(5, () => response.destroy());
}

const eventOf = (chunk: object): string => `data: ${JSON.stringify({ ...chunk, object: 'chat.completion.chunk' })}\n\n`;

function endless(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(64 * 1024)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
