import { anyOf, type Api, type CallOptions } from './api.js';
import { MillraceError } from './errors.js';
import { eventsIn } from './events.js';
import { pause } from './pause.js';

/**
 * A part of what a step writes. `restart`: another attempt, or another process, begins the text anew. `end`: the step is over, and its
 * output is in the run.
 */
export type StepTextEvent =
  | { readonly type: 'restart'; readonly attempt: number }
  | { readonly type: 'text'; readonly attempt: number; readonly text: string }
  | { readonly type: 'end'; readonly status: string };

export interface StepTextOptions extends CallOptions {
  /** The longest time for which a gateway that has answered before may be away. Default 30,000 ms. */
  readonly patienceMs?: number;
}

const RETRY_MS = 300;

/** Gives what a step writes while it is written, until the step is over. A connection that is lost is made again, and goes on behind the last part. */
export async function* stepText(
  api: Api,
  of: { readonly run: string; readonly step: string },
  { signal: own, patienceMs = 30_000 }: StepTextOptions,
): AsyncGenerator<StepTextEvent, void, undefined> {
  const signal = anyOf(api.signal, own);
  let after: string | undefined;
  let isHeard = false;
  let lostSince: number | undefined;
  for (;;) {
    try {
      const { data, response } = await api.outcome({ signal: own }, (init) =>
        api.http.GET('/v1/runs/{id}/steps/{step}/stream', {
          ...init,
          params: {
            path: { id: of.run, step: of.step },
            header: after === undefined ? {} : { 'Last-Event-ID': after },
          },
          parseAs: 'stream',
        }),
      );
      if (response.status === 204 || !data) return;
      isHeard = true;
      const heard = () => (lostSince = undefined);
      for await (const { id, event, data: text } of eventsIn(data, { signal, heard })) {
        after = id ?? after;
        if (event === 'restart' || event === 'text' || event === 'end') {
          yield { ...(JSON.parse(text) as object), type: event } as StepTextEvent;
        }
        if (event === 'end') return;
      }
    } catch (cause) {
      const error: unknown = api.failed(cause, signal);
      if (signal?.aborted || !isHeard || !(error instanceof MillraceError && error.retryable)) throw error;
      lostSince ??= performance.now();
      if (performance.now() - lostSince > patienceMs) throw error;
    }
    await pause(RETRY_MS, signal);
  }
}
