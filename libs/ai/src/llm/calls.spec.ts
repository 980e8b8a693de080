import type { ModelAnswer, ModelCall, ModelInterceptor } from '@millrace/contracts';
import { z } from 'zod';
import { asData, type CallOptions, Llm, type LlmOptions, type ModelError } from '../index.js';
import { type FakeReply, fakeProvider, type FakeRequest } from '../testing/fake-provider.js';

const Shape = z.object({
  label: z.enum(['lost', 'found']),
  confidence: z.number().min(0).max(1),
  note: z.string().optional(),
});
const right = { label: 'lost', confidence: 0.9, note: null };
const run: CallOptions = {
  signal: new AbortController().signal,
  id: 'run_1',
  step: 'classify',
  stage: 'classify',
  pipeline: 'support',
  tenant: 'acme',
  attempt: 1,
  idempotencyKey: 'run_1.classify',
};

/** Asks one question of a provider that replies so. */
async function asked(
  replies: readonly FakeReply[] | ((request: FakeRequest) => FakeReply),
  {
    options = run,
    llm,
    text = 'my card',
    timeoutMs = 20_000,
    streamed = false,
  }: { options?: CallOptions; llm?: LlmOptions; text?: string; timeoutMs?: number; streamed?: boolean } = {},
) {
  const reply =
    typeof replies === 'function' ? replies : ({ number }: FakeRequest) => replies[number - 1] ?? replies.at(-1)!;
  await using provider = await fakeProvider({ reply });
  const model = new Llm({ provider: 'openai-compatible', url: provider.url, model: 'tiny', timeoutMs, streamed }, llm);
  const question = { task: 'classify', instructions: 'Say what it is.', data: asData('mail', text), schema: Shape };
  const outcome = await model.ask(question, options).then(
    (answer) => ({ answer, failure: undefined }),
    (failure: ModelError) => ({ answer: undefined, failure }),
  );
  return { ...outcome, requests: provider.requests };
}
const says = (content: unknown, more: Partial<Extract<FakeReply, { is: 'answer' }>> = {}): FakeReply => ({
  is: 'answer',
  content,
  ...more,
});

test('an answer that does not fit is asked for once more, with what was wrong with it, and its tokens count', async () => {
  const { answer, requests } = await asked([says({ label: 'weather', confidence: 0.9, note: null }), says(right)]);
  expect(answer).toMatchObject({ label: 'lost', usage: { inputTokens: 24, outputTokens: 6 } });
  expect(requests).toHaveLength(2);
  expect(requests[1]!.user).toMatch(/cannot be used.*\/label/s);
  const { failure, requests: all } = await asked([says('no'), says('no'), says(right)]);
  expect(failure).toMatchObject({ code: 'MODEL_ANSWER_INVALID', answer: 'no' });
  expect(all).toHaveLength(2);
});

test.each<[string, string, FakeReply]>([
  ['a refusal', 'MODEL_DECLINED', says('', { finish: 'content_filter' })],
  ['a cut by length', 'MODEL_ANSWER_CUT', says('{"label":"lo', { finish: 'length' })],
  ['an answer of 10 MB', 'MODEL_ANSWER_TOO_LARGE', says('x'.repeat(10_000_000))],
  ['an answer that never ends', 'MODEL_ANSWER_TOO_LARGE', { is: 'endless' }],
  ['a cut connection', 'MODEL_UNAVAILABLE', { is: 'cut' }],
  ['a page in the place of an answer', 'MODEL_ANSWER_INVALID', { is: 'bytes', bytes: '<html>' }],
])('%s is a failure of its own: %s', async (_, code, reply) => {
  const { failure, requests } = await asked([reply]);
  expect(failure).toMatchObject({ code });
  expect(requests).toHaveLength(1);
});

test('an answer that is asked for in parts is shown as it comes, and counts as one that comes at once', async () => {
  const shown: string[] = [];
  const stream = (text: string) => void shown.push(text);
  const { answer, requests } = await asked([says({ label: 'weather' }), says(right)], {
    options: { ...run, stream },
    streamed: true,
  });
  expect(answer).toMatchObject({ label: 'lost', usage: { inputTokens: 24, outputTokens: 6 } });
  expect(requests).toHaveLength(2);
  expect(shown.length).toBeGreaterThan(6);
  expect(shown.join('')).toBe(`${JSON.stringify({ label: 'weather' })}\n${JSON.stringify(right)}\n`);
});

test.each<[string, string, FakeReply]>([
  ['429', 'MODEL_BUSY', { is: 'status', status: 429, headers: { 'retry-after': '7' } }],
  ['401', 'MODEL_REFUSED', { is: 'status', status: 401 }],
  ['a cut stream', 'MODEL_UNAVAILABLE', { is: 'cut' }],
  ['a page in the place of events', 'MODEL_UNAVAILABLE', { is: 'bytes', bytes: '<html>' }],
  ['an answer that never ends', 'MODEL_ANSWER_TOO_LARGE', { is: 'endless' }],
  ['a cut by length', 'MODEL_ANSWER_CUT', says('{"label":"lo', { finish: 'length' })],
])('%s is a failure of its own where answers come in parts, too: %s', async (_, code, reply) => {
  const { failure } = await asked([reply], { options: { ...run, stream: () => undefined }, streamed: true });
  expect(failure).toMatchObject({ code });
});

test('a stream that goes on and on, however slowly, ends with the time-out', async () => {
  const drops: FakeReply = { is: 'answer', content: 'x'.repeat(100_000), everyMs: 5 };
  const { failure } = await asked([drops], {
    options: { ...run, stream: () => undefined },
    streamed: true,
    timeoutMs: 100,
  });
  expect(failure).toMatchObject({ code: 'MODEL_TIMEOUT' });
});

test('silence ends with the time-out, and 429 keeps Retry-After and the headers about limits', async () => {
  expect((await asked([{ is: 'silence' }], { timeoutMs: 60 })).failure).toMatchObject({ code: 'MODEL_TIMEOUT' });
  const headers = { 'retry-after': '7', 'x-ratelimit-remaining-requests': '0', 'x-request-id': 'r' };
  expect((await asked([{ is: 'status', status: 429, headers }])).failure).toMatchObject({
    code: 'MODEL_BUSY',
    retryAfterMs: 7_000,
    limits: { 'retry-after': '7', 'x-ratelimit-remaining-requests': '0' },
  });
});

test.each([[null], [{ prompt_tokens: -5, completion_tokens: 1.5, total_tokens: 1 }]])(
  'usage that a provider does not send, or that cannot be, is not known and not zero: %j',
  async (usage) => {
    const answers: ModelAnswer[] = [];
    const keeping: ModelInterceptor = async (_, next) => {
      const answer = await next();
      answers.push(answer);
      return answer;
    };
    const { answer } = await asked([says(right, { usage })], { llm: { interceptors: [keeping] } });
    expect(answer).toMatchObject({ label: 'lost', usage: {} });
    expect(answers[0]!.usage.inputTokens).toBeUndefined();
  },
);

test('interceptors stand around each call, the first outermost, and one may answer in the provider’s place', async () => {
  const seen: string[] = [];
  const named =
    (name: string): ModelInterceptor =>
    async (call, next) => {
      seen.push(`${name} before ${call.prompt}`);
      const answer = await next();
      seen.push(`${name} after ${answer.source}`);
      return answer;
    };
  const kept: ModelInterceptor = () =>
    Promise.resolve({
      text: JSON.stringify(right),
      finishReason: 'stop',
      model: 'tiny',
      usage: {},
      limits: {},
      durationMs: 0,
      source: 'kept',
    });
  const options = { ...run, modelCalls: [named('inner'), kept] };
  const { answer, requests } = await asked([says(right)], { options, llm: { interceptors: [named('outer')] } });
  expect(answer).toMatchObject({ label: 'lost' });
  expect(requests).toHaveLength(0);
  expect(seen).toEqual(['outer before classify', 'inner before classify', 'inner after kept', 'outer after kept']);
});

test('a call has the same key on every attempt of its step, and another for any other question, step or time', async () => {
  const calls: ModelCall[] = [];
  const noting: ModelInterceptor = (call, next) => {
    calls.push(call);
    return next();
  };
  const llm = { interceptors: [noting] };
  await using provider = await fakeProvider({ reply: () => says(right) });
  const ask = async (options: CallOptions, text = 'my card') => {
    const model = new Llm({ provider: 'openai-compatible', url: provider.url, model: 'tiny' }, llm);
    await model.ask({ task: 'classify', instructions: 'Say.', data: text, schema: Shape }, options);
    return calls.at(-1)!.key;
  };
  const first = { ...run };
  const key = await ask(first);
  expect(await ask({ ...run, attempt: 2 })).toBe(key);
  const others = [await ask(first), await ask(run, 'another'), await ask({ ...run, idempotencyKey: 'run_1.other' })];
  expect(new Set([key, ...others]).size).toBe(4);
  expect(calls[0]).toMatchObject({
    provider: 'openai-compatible',
    model: 'tiny',
    hop: { index: 0, name: 'model' },
    caller: { run: 'run_1', step: 'classify', tenant: 'acme', pipeline: 'support', idempotencyKey: 'run_1.classify' },
    estimate: { inputTokens: expect.any(Number), outputTokens: 4_096 },
  });
});

test('personal data leaves as placeholders and is in the answer again', async () => {
  const card = '4111 1111 1111 1111';
  const { answer, requests } = await asked(({ user }) => says({ ...right, note: /\[card-\d\]/.exec(user)![0] }), {
    text: `My card ${card}.`,
  });
  expect(JSON.stringify(requests)).not.toContain('4111');
  expect(requests[0]!.system).toContain('Placeholders');
  expect(answer).toMatchObject({ note: card });
});
