import { ModelAnswerTooLarge } from './errors.js';

/** The most bytes that a provider's answer may have: far more than any answer of `MAX_ANSWER_TOKENS`. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** `fetch` that stops listening to an answer of more than `maxBytes`, whatever its headers promise. */
export function boundedFetch(maxBytes: number = MAX_ANSWER_BYTES): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    let bytes = 0;
    const bounded = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes <= maxBytes) controller.enqueue(chunk);
          else controller.error(new ModelAnswerTooLarge(`The model sent more than ${maxBytes} bytes.`));
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(bounded, { status, statusText, headers });
  };
}
