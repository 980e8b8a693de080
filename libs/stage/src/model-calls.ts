import {
  cut,
  madeCallOf,
  type ModelAnswer,
  type ModelCall,
  type ModelInterceptor,
  type ModelUsage,
} from '@millrace/contracts';
import { stepAttributes } from '@millrace/runtime';
import {
  ATTRIBUTE,
  type Meters,
  redact,
  SPAN,
  type SpanAttributes,
  type SpanEvent,
  type Telemetry,
} from '@millrace/telemetry';
import type { StageHealth } from './stage-health.js';
import { failureOf } from './work/failure.js';
import { Attempt } from './work/attempt.js';
import { runHere, traceparentHere } from './work/scope.js';

type Label =
  | 'gen_ai.operation.name'
  | 'gen_ai.provider.name'
  | 'gen_ai.request.model'
  | 'gen_ai.prompt.name'
  | 'millrace.stage'
  | 'millrace.pipeline'
  | 'millrace.route.hop';

/** Bounds of OpenTelemetry's GenAI conventions. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/**
 * Tells of each call of a model: a span in the attempt's trace, OpenTelemetry's GenAI metrics, and the stage's health. An answer that was
 * kept is marked, and its tokens are not counted again. Only where `content` says so, the span has the prompt and the answer, redacted.
 */
export function toldModelCalls(
  { spans, meters }: Pick<Telemetry, 'spans' | 'meters'>,
  health: Pick<StageHealth, 'model'>,
  { content = false }: { readonly content?: boolean | undefined } = {},
): ModelInterceptor {
  return async (call, next) => {
    const startMs = spans.now();
    const from = performance.now();
    const tell = (outcome: { readonly answer?: ModelAnswer; readonly code?: string }) => {
      const ms = outcome.answer?.durationMs ?? performance.now() - from;
      counting(meters)(call, { ...outcome, ms });
      const run = runHere();
      if (run instanceof Attempt) run.note(madeCallOf(call, { ...outcome, ms, hasContent: content && spans.on }));
      if (!spans.on) return;
      spans.record({
        context: spans.context(traceparentHere() ?? ''),
        name: SPAN.model(call.operation, call.model),
        kind: 'client',
        startMs,
        endMs: spans.now(),
        attributes: { ...askedAttributes(call), ...(outcome.answer && answerAttributes(outcome.answer)) },
        ...(outcome.code !== undefined && { failed: outcome.code }),
        ...(content && { events: [detailsOf(call, outcome.answer, spans.now())] }),
      });
    };
    try {
      const answer = await next();
      tell({ answer });
      if (answer.source === 'provider') health.model(`${call.provider}/${call.model}`, undefined);
      return answer;
    } catch (thrown) {
      const run = runHere();
      // It was not made: its step comes back, and then it is.
      if (run instanceof Attempt && run.isDeferred) throw thrown;
      const failure = failureOf(thrown);
      tell({ code: call.signal.aborted ? 'cancelled' : failure.code });
      health.model(`${call.provider}/${call.model}`, failure);
      throw thrown;
    }
  };
}

/** The most characters of a text in a span. */
const MOST_CONTENT = 32_768;

/** Returns the words of a call, by OpenTelemetry's conventions, without personal data and secrets. */
function detailsOf(call: ModelCall, answer: ModelAnswer | undefined, atMs: number): SpanEvent {
  const said = call.content(answer);
  const part = (text: string) => ({ type: 'text', content: cut(redact(text), MOST_CONTENT) });
  const answered = answer && {
    role: 'assistant',
    parts: [part(said.answer ?? '')],
    finish_reason: answer.finishReason,
  };
  return {
    name: 'gen_ai.client.inference.operation.details',
    atMs,
    attributes: {
      ...askedAttributes(call),
      [ATTRIBUTE.genAiSystemInstructions]: JSON.stringify([part(said.system)]),
      [ATTRIBUTE.genAiInputMessages]: JSON.stringify([{ role: 'user', parts: [part(said.user)] }]),
      ...(answered && { [ATTRIBUTE.genAiOutputMessages]: JSON.stringify([answered]) }),
    },
  };
}

type Count = (
  call: ModelCall,
  outcome: { readonly answer?: ModelAnswer; readonly code?: string; readonly ms: number },
) => void;

/** Made with the first call, once for all stages of a process: a service that asks no model has no metrics of them. */
const counts = new WeakMap<Meters, Count>();

function counting(meters: Meters): Count {
  const count = counts.get(meters) ?? countingWith(meters);
  counts.set(meters, count);
  return count;
}

function countingWith(meters: Meters): Count {
  const duration = meters.histogram<Label | 'error.type'>(
    'gen_ai.client.inference.duration',
    'Duration of calls of models, in seconds.',
    SECONDS,
  );
  const input = meters.counter<Label>('gen_ai.client.inference.usage.input_tokens', 'Input tokens of calls of models.');
  const output = meters.counter<Label>(
    'gen_ai.client.inference.usage.output_tokens',
    'Output tokens of calls of models.',
  );
  const cacheRead = meters.counter<Label>(
    'gen_ai.client.inference.usage.cache_read.input_tokens',
    'Input tokens that providers read from their caches.',
  );
  const cacheWrite = meters.counter<Label>(
    'gen_ai.client.inference.usage.cache_write.input_tokens',
    'Input tokens that providers wrote to their caches.',
  );
  const reasoning = meters.counter<Label>(
    'gen_ai.client.inference.usage.reasoning.output_tokens',
    'Output tokens that models used for reasoning.',
  );
  const kept = meters.counter<Label>(
    'millrace_model_answers_kept_total',
    'Answers that were kept from an earlier call, for which nothing was paid again.',
  );
  const unknown = meters.counter<Label>(
    'millrace_model_usage_unknown_total',
    'Answers of which the provider did not say how many tokens they took.',
  );
  return (call, { answer, code, ms }) => {
    const labels = labelsOf(call);
    if (answer?.source === 'kept') return kept.add(1, labels);
    duration.record(ms / 1_000, { ...labels, 'error.type': code ?? '' });
    if (!answer) return;
    const add = (counter: typeof input, tokens: number | undefined) => tokens && counter.add(tokens, labels);
    const { usage } = answer;
    add(input, usage.inputTokens);
    add(output, usage.outputTokens);
    add(cacheRead, usage.cacheReadTokens);
    add(cacheWrite, usage.cacheWriteTokens);
    add(reasoning, usage.reasoningTokens);
    if (usage.inputTokens === undefined || usage.outputTokens === undefined) unknown.add(1, labels);
  };
}

const labelsOf = ({ operation, provider, model, prompt, hop, caller }: ModelCall): Record<Label, string> => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
  'gen_ai.prompt.name': prompt,
  'millrace.stage': caller.stage ?? '',
  'millrace.pipeline': caller.pipeline ?? '',
  'millrace.route.hop': hop.name,
});

function askedAttributes(call: ModelCall): SpanAttributes {
  const { operation, provider, model, url, prompt, hop, estimate, caller, isReask } = call;
  const server = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  return {
    [ATTRIBUTE.genAiOperation]: operation,
    [ATTRIBUTE.genAiProvider]: provider,
    [ATTRIBUTE.genAiRequestModel]: model,
    [ATTRIBUTE.genAiRequestMaxTokens]: operation === 'chat' ? estimate.outputTokens : undefined,
    [ATTRIBUTE.genAiPrompt]: prompt,
    [ATTRIBUTE.genAiOutputType]: operation === 'chat' ? 'json' : undefined,
    [ATTRIBUTE.genAiConversation]: caller.run,
    [ATTRIBUTE.routeHop]: hop.name,
    [ATTRIBUTE.reask]: isReask,
    [ATTRIBUTE.serverAddress]: server?.hostname,
    [ATTRIBUTE.serverPort]: server && server.port !== '' ? Number(server.port) : undefined,
    [ATTRIBUTE.run]: caller.run,
    ...(caller.step !== undefined && stepAttributes(caller.step)),
    [ATTRIBUTE.stage]: caller.stage,
    [ATTRIBUTE.pipeline]: caller.pipeline,
    [ATTRIBUTE.attempt]: caller.attempt,
  };
}

function answerAttributes({ model, id, finishReason, usage, source }: ModelAnswer): SpanAttributes {
  return {
    [ATTRIBUTE.genAiResponseModel]: model,
    [ATTRIBUTE.genAiResponseId]: id,
    [ATTRIBUTE.genAiFinishReasons]: [finishReason],
    [ATTRIBUTE.answerSource]: source,
    ...(source === 'provider' && usageAttributes(usage)),
  };
}

const usageAttributes = (usage: ModelUsage): SpanAttributes => ({
  [ATTRIBUTE.genAiInputTokens]: usage.inputTokens,
  [ATTRIBUTE.genAiOutputTokens]: usage.outputTokens,
  [ATTRIBUTE.genAiCacheReadTokens]: usage.cacheReadTokens,
  [ATTRIBUTE.genAiCacheWriteTokens]: usage.cacheWriteTokens,
  [ATTRIBUTE.genAiReasoningTokens]: usage.reasoningTokens,
});
