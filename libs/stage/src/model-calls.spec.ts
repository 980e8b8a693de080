import type { ModelAnswer, ModelCall } from '@millrace/contracts';
import { type SpanRecord, type Spans, telemetry } from '@millrace/telemetry';
import { StageFailure } from './index.js';
import { toldModelCalls } from './model-calls.js';
import { StageHealth } from './stage-health.js';

const call: ModelCall = {
  key: 'k',
  operation: 'chat',
  provider: 'openai-compatible',
  model: 'large',
  url: 'http://model:8080/v1',
  prompt: 'classify',
  hop: { index: 1, name: 'cheaper' },
  isReask: false,
  estimate: { inputTokens: 100, outputTokens: 4_096 },
  caller: { run: 'run_1', step: 'classify', stage: 'classify', pipeline: 'support-email', attempt: 2 },
  signal: new AbortController().signal,
  content: () => ({ system: 'the marked secret', user: 'the marked secret' }),
};
const answer: ModelAnswer = {
  text: 'the marked secret',
  finishReason: 'stop',
  model: 'large-1',
  id: 'answer-1',
  usage: { inputTokens: 12, outputTokens: 3, cacheReadTokens: 5, reasoningTokens: 1 },
  limits: {},
  durationMs: 20,
  source: 'provider',
};

function told(content = false) {
  const recorded: SpanRecord[] = [];
  const lines: { msg: string }[] = [];
  const { meters, metricsText, log } = telemetry({
    service: 'test',
    logTo: { write: (line) => void lines.push(JSON.parse(line) as { msg: string }) },
  });
  const spans: Spans = {
    on: true,
    now: Date.now,
    context: () => ({ traceparent: '', traceId: '', spanId: '' }),
    derived: () => ({ traceparent: '', traceId: '', spanId: '' }),
    tell: () => Promise.resolve(),
    record: (span) => void recorded.push(span),
  };
  const health = new StageHealth('classify', log);
  return { recorded, lines, health, metricsText, tell: toldModelCalls({ spans, meters }, health, { content }) };
}

test('a call of a model is a span by OpenTelemetry’s GenAI conventions, without prompt and answer', async () => {
  const { recorded, tell } = told();
  await tell(call, () => Promise.resolve(answer));
  expect(recorded).toMatchObject([
    {
      name: 'chat large',
      kind: 'client',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai-compatible',
        'gen_ai.request.model': 'large',
        'gen_ai.response.model': 'large-1',
        'gen_ai.response.id': 'answer-1',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 12,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.usage.cache_read.input_tokens': 5,
        'gen_ai.usage.reasoning.output_tokens': 1,
        'gen_ai.conversation.id': 'run_1',
        'gen_ai.prompt.name': 'classify',
        'millrace.route.hop': 'cheaper',
        'millrace.model.answer': 'provider',
        'server.address': 'model',
        'server.port': 8080,
      },
    },
  ]);
  expect(JSON.stringify(recorded)).not.toContain('marked secret');
});

test('prompt and answer are an event of the span only where that is asked for, without keys and passwords', async () => {
  const { recorded, tell } = told(true);
  const said = { system: 'Say what it is.', user: 'My card is [card-1], password: hunter2hunter2', answer: 'lost' };
  await tell({ ...call, content: () => said }, () => Promise.resolve(answer));
  const [event] = recorded[0]!.events!;
  expect(event).toMatchObject({
    name: 'gen_ai.client.inference.operation.details',
    attributes: {
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Say what it is.' }]),
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts: [{ type: 'text', content: 'lost' }], finish_reason: 'stop' },
      ]),
    },
  });
  expect(event!.attributes['gen_ai.input.messages']).toContain('My card is [card-1]');
  expect(JSON.stringify(recorded)).not.toMatch(/hunter2|marked secret/);
});

test('tokens and durations are metrics, and an answer that was kept is marked and never counted twice', async () => {
  const { recorded, metricsText, tell } = told();
  await tell(call, () => Promise.resolve(answer));
  await tell(call, () => Promise.resolve({ ...answer, source: 'kept' }));
  await tell(call, () => Promise.resolve({ ...answer, usage: {} }));
  const text = await metricsText();
  const valueOf = (name: string) => new RegExp(`^${name}\\{.*\\} (\\S+)`, 'm').exec(text)?.[1];
  expect(valueOf('gen_ai_client_inference_usage_input_tokens_total')).toBe('12');
  expect(valueOf('gen_ai_client_inference_usage_output_tokens_total')).toBe('3');
  expect(valueOf('gen_ai_client_inference_duration_count')).toBe('2');
  expect(valueOf('millrace_model_answers_kept_total')).toBe('1');
  expect(valueOf('millrace_model_usage_unknown_total')).toBe('1');
  expect(recorded[1]!.attributes).toMatchObject({ 'millrace.model.answer': 'kept' });
  expect(recorded[1]!.attributes).not.toHaveProperty(['gen_ai.usage.input_tokens']);
});

test('a model that refuses every request stops the readiness and is in the log, whatever answers in its place, until it answers', async () => {
  const { recorded, lines, health, tell } = told();
  const refuses = () => Promise.reject(new StageFailure('MODEL_REFUSED', 'The model answered 401 to classify.'));
  const busy = () => Promise.reject(new StageFailure('MODEL_BUSY', 'The model answered 429 to classify.'));
  await expect(tell(call, busy)).rejects.toThrow('429');
  expect(health.trouble).toBeUndefined();
  await expect(tell(call, refuses)).rejects.toThrow('401');
  health.completed(undefined);
  expect(health.trouble).toMatch(
    /the model openai-compatible\/large of the stage classify cannot work.*MODEL_REFUSED.*401/,
  );
  expect(recorded.map(({ failed }) => failed)).toEqual(['MODEL_BUSY', 'MODEL_REFUSED']);
  expect(lines.filter(({ msg }) => /refuses every request.*401/.test(msg))).toHaveLength(1);
  await tell(call, () => Promise.resolve(answer));
  expect(health.trouble).toBeUndefined();
});
