import { anyOf, type Api, type CallOptions } from './api.js';
import { MillraceError } from './errors.js';
import type { Fact, RunView } from './generated/openapi.js';
import { pause } from './pause.js';
import { streamed, type StreamOptions } from './streamed.js';

/**
 * A line of a run's history: `seq` counts from 1, and `type` says what happened, e.g. `step.completed`. A newer gateway may send
 * types that are not among these.
 */
export type RunFact = Fact & { readonly seq: number };

export interface FollowOptions extends CallOptions {
  /** Begins behind the fact with this sequence number; 0, the default, begins with the first. */
  readonly after?: number;
  /** The longest time for which a gateway that has answered before may be away. Default 30,000 ms. */
  readonly patienceMs?: number;
  /** The time after which a silent connection counts as lost. Default 45,000 ms; a gateway says something every 15 s. */
  readonly silenceMs?: number;
}

type RunStatus = RunView['status'];
const OVER: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];
const ENDS: ReadonlySet<string> = new Set(OVER.map((status) => `run.${status}`));

/** Tells whether a run has ended. */
export const hasEnded = ({ status }: { readonly status?: RunStatus | undefined }): boolean =>
  status !== undefined && OVER.includes(status);

const RETRY_MS = 300;

/**
 * Gives each fact of a run once, as it happens, until the run has ended. A connection that is lost is made again, and goes on behind the
 * last fact.
 */
export async function* follow(
  api: Api,
  run: string,
  { after = 0, signal: own, patienceMs = 30_000, silenceMs = 45_000 }: FollowOptions,
): AsyncGenerator<RunFact, void, undefined> {
  const signal = anyOf(api.signal, own);
  const call = { signal: own };
  let seen = after;
  let isHeard = false;
  let lostSince: number | undefined;
  for (;;) {
    try {
      for await (const fact of connection(api, run, { after: seen, signal: own, silenceMs })) {
        isHeard = true;
        lostSince = undefined;
        if (fact.seq <= seen) continue;
        seen = fact.seq;
        yield fact;
        if (ENDS.has(fact.type)) return;
      }
      isHeard = true;
      const view = await getRun(api, run, call);
      lostSince = undefined;
      if (hasEnded(view)) {
        for (const fact of (await history(api, run, call)).items) if (fact.seq > seen) yield fact;
        return;
      }
    } catch (error) {
      if (signal?.aborted || !isHeard || !(error instanceof MillraceError && error.retryable)) throw error;
      lostSince ??= performance.now();
      if (performance.now() - lostSince > patienceMs) throw error;
    }
    await pause(RETRY_MS, signal);
  }
}

/** Gives the facts of one connection, until it ends. A silent one is lost. */
async function* connection(
  api: Api,
  run: string,
  { after, ...options }: { readonly after: number } & StreamOptions,
): AsyncGenerator<RunFact, void, undefined> {
  const events = streamed(api, options, (init) =>
    api.http.GET('/v1/runs/{id}/events', {
      ...init,
      params: { path: { id: run }, header: { 'Last-Event-ID': String(after) } },
      parseAs: 'stream',
    }),
  );
  for await (const { id, data } of events) {
    const seq = Number(id);
    // An event without a place in the history is none of its facts.
    if (Number.isInteger(seq)) yield { ...(JSON.parse(data) as Fact), seq };
  }
}

const getRun = (api: Api, id: string, call: CallOptions) =>
  api.answer('GET /v1/runs/{id}', call, (init) => api.http.GET('/v1/runs/{id}', { ...init, params: { path: { id } } }));

/** Returns everything that has happened to a run, in order. */
export const history = async (api: Api, id: string, call: CallOptions | undefined): Promise<RunHistory> =>
  (await api.answer('GET /v1/runs/{id}/history', call, (init) =>
    api.http.GET('/v1/runs/{id}/history', { ...init, params: { path: { id } } }),
  )) as RunHistory;

export interface RunHistory {
  readonly items: readonly RunFact[];
}
