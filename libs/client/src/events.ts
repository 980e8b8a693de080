import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** Gives the events of a `text/event-stream`. Rejects when `signal` is aborted, also while nothing comes. */
export async function* eventsIn(
  stream: ReadableStream<Uint8Array>,
  { signal, heard }: { readonly signal: AbortSignal | undefined; readonly heard: () => void },
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void found.push(event) });
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  const cancel = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      heard();
      parser.feed(decoder.decode(value, { stream: true }));
      yield* found.splice(0);
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    await reader.cancel().catch(() => undefined);
  }
}
