import type { EventSourceMessage } from 'eventsource-parser';
import { anyOf, type Api, type Call } from './api.js';
import { MillraceUnreachable } from './errors.js';
import { eventsIn } from './events.js';

export interface StreamOptions {
  readonly signal: AbortSignal | undefined;
  /** The time after which a silent connection counts as lost. */
  readonly silenceMs: number;
}

/** Timers beyond it fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Gives the server-sent events of one connection, until it ends. Rejects where it is lost, or silent for too long. */
export async function* streamed(
  api: Api,
  { signal: own, silenceMs }: StreamOptions,
  call: Call<ReadableStream<Uint8Array> | null>,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const silent = new AbortController();
  const signal = anyOf(own, silent.signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => silent.abort(new MillraceUnreachable(api.url, new Error('silent'))),
      Math.min(silenceMs, LONGEST_MS),
    );
  };
  heard();
  try {
    const { data } = await api.outcome({ signal }, call);
    if (!data) return;
    for await (const event of eventsIn(data, { signal: anyOf(api.signal, signal), heard })) {
      yield event;
      // Whoever reads the events may take long; that is not the gateway's silence.
      heard();
    }
  } catch (cause) {
    throw api.failed(cause, anyOf(api.signal, signal));
  } finally {
    clearTimeout(timer);
  }
}
