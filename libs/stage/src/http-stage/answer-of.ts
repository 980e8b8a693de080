import { cut, endpointFailure, fieldsOf, mediaTypeOf, readJson, retryAfterOf } from '@millrace/contracts';
import { createParser } from 'eventsource-parser';
import { StageFailure } from '../work/failure.js';
import { type HttpAnswer, shownUrl, unavailable } from './http-call.js';

export interface AnswerContext {
  readonly url: URL;
  /** The most bytes of an answer. */
  readonly maxBytes: number;
  readonly progress: (fraction: number, message?: string) => void;
}

/** `later`: the endpoint will call back. */
export type EndpointAnswer = { readonly is: 'output'; readonly output: unknown } | { readonly is: 'later' };

/** Reads what an endpoint answered. @throws {StageFailure} as the endpoint says, or for what it does wrong */
export async function answerOf(answer: HttpAnswer, context: AnswerContext): Promise<EndpointAnswer> {
  const { status, headers, body } = answer;
  const type = mediaTypeOf(headers['content-type']);
  if (status === 202) {
    body.destroy();
    return { is: 'later' };
  }
  const isGood = status >= 200 && status <= 299;
  if (isGood && type === 'text/event-stream') return { is: 'output', output: await lastOf(answer, context) };
  if (isGood && !isJson(type)) {
    body.destroy();
    throw invalid(context, `answered ${status} as "${cut(type, 100)}", and not as JSON`);
  }
  if (!isGood && type !== PROBLEM) {
    body.destroy();
    throw failureOfStatus(answer, context, {});
  }
  const read = readJson(await wholeOf(answer, context));
  if (!isGood) throw failureOfStatus(answer, context, read.value);
  if (read.fault) throw invalid(context, `answered JSON that cannot be read or kept: ${read.fault.detail}`);
  return { is: 'output', output: read.value };
}

const PROBLEM = 'application/problem+json';
const isJson = (type: string): boolean => type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);

const invalid = ({ url }: AnswerContext, what: string): StageFailure =>
  new StageFailure('ENDPOINT_ANSWER_INVALID', `${shownUrl(url)} ${what}.`);

async function wholeOf(answer: HttpAnswer, context: AnswerContext): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bounded(answer, context)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The body as it comes, up to the bound; a body that breaks off is a failure of the connection. */
async function* bounded({ body }: HttpAnswer, { url, maxBytes }: AnswerContext): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new StageFailure('ENDPOINT_ANSWER_TOO_LARGE', `${shownUrl(url)} answered more than ${maxBytes} bytes.`);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof StageFailure ? error : unavailable(url, error);
  } finally {
    body.destroy();
  }
}

/** Reads server-sent events: passes progress on, and returns the output that ends them. */
async function lastOf(answer: HttpAnswer, context: AnswerContext): Promise<unknown> {
  const events: { readonly event: string; readonly data: string }[] = [];
  const parser = createParser({ onEvent: ({ event = 'message', data }) => events.push({ event, data }) });
  const decoder = new TextDecoder();
  for await (const chunk of bounded(answer, context)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const { event, data } of events.splice(0)) {
      const { value, fault } = readJson(data);
      if (event === 'progress') tellProgress(value, context);
      if (event !== 'output' && event !== 'problem') continue;
      if (fault)
        throw invalid(context, `sent the event "${event}" with data that cannot be read or kept: ${fault.detail}`);
      if (event === 'problem') throw failureOfStatus(answer, context, value);
      return value;
    }
  }
  const text = `The events of ${shownUrl(context.url)} ended without "output" or "problem".`;
  throw new StageFailure('ENDPOINT_UNAVAILABLE', text);
}

function tellProgress(value: unknown, { progress }: AnswerContext): void {
  const { fraction, message } = fieldsOf(value);
  if (typeof fraction === 'number') progress(fraction, typeof message === 'string' ? message : undefined);
}

/** Returns the failure that the endpoint reports, in a problem or by its status alone. */
function failureOfStatus({ status, headers }: HttpAnswer, { url }: AnswerContext, given: unknown): StageFailure {
  const retryAfterMs = retryAfterOf(headers['retry-after'], Date.now());
  const otherwise = `${shownUrl(url)} answered ${status}.`;
  const { code, message, ...more } = endpointFailure(given, { status, retryAfterMs, otherwise });
  return new StageFailure(code, message, more);
}
