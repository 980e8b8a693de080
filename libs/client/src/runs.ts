import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import { follow, type FollowOptions, history, type RunFact, type RunHistory } from './follow.js';
import type { Accepted, FacetView, ReplayPreview, RunList, RunView } from './generated/openapi.js';
import { Pages } from './pages.js';
import { stepText, type StepTextEvent, type StepTextOptions } from './step-text.js';

type StepTextEvents = AsyncGenerator<StepTextEvent, void, undefined>;

/** A request for a run: its pipeline, its input, and when and for whom it begins. */
export type StartRun = BodyOf<'startRun'>;

type Replay = Omit<BodyOf<'replayRun'>, 'dryRun'>;

export interface StartOptions extends CallOptions {
  /** The same key and input give the same run, however often it is asked for. With one, a start that failed can be tried again. */
  readonly idempotencyKey?: string | undefined;
  /** W3C trace context of the caller: the run's trace goes on from there. */
  readonly traceparent?: string;
}

/** Starts runs, shows them and changes them. */
export class Runs {
  constructor(private readonly api: Api) {}

  /**
   * Asks for a run. Resolves when that is durable: with an idempotency key, when the run was taken on.
   *
   * ```ts
   * const { id } = await millrace.runs.start({ pipeline: 'hello', input: { name: 'Ada' } }, { idempotencyKey: 'order-7' });
   * ```
   */
  start(run: StartRun, options: StartOptions = {}): Promise<Accepted> {
    return this.begin({ body: run, header: headersOf(options), signal: options.signal });
  }

  /** Asks for a run whose input is a mail, as RFC 822 bytes or text. */
  startFromMail(
    mail: Uint8Array | string,
    run: Omit<StartRun, 'input'>,
    options: StartOptions = {},
  ): Promise<Accepted> {
    return this.begin({ body: mail, query: run, header: headersOf(options), signal: options.signal });
  }

  list(query: QueryOf<'listRuns'> = {}, options?: CallOptions): Pages<RunList['items'][number]> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/runs', options, (init) =>
        this.api.http.GET('/v1/runs', { ...init, params: { query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  /**
   * Returns the bytes of a blob, for which `{ $blob: { run, sha256, bytes, as } }` stands in an input or an output.
   *
   * ```ts
   * const bytes = await millrace.runs.blob({ run: 'run_…', sha256: '9f86…' });
   * ```
   */
  async blob(name: { readonly run: string; readonly sha256: string }, options?: CallOptions): Promise<Uint8Array> {
    const { run, sha256 } = name;
    const { data } = await this.api.outcome(options, (init) =>
      this.api.http.GET('/v1/blobs/{run}/{sha256}', {
        ...init,
        params: { path: { run, sha256 } },
        parseAs: 'arrayBuffer',
      }),
    );
    return new Uint8Array(data ?? new ArrayBuffer(0));
  }

  /** Counts the values of a field among runs, e.g. `attributes.customer`. */
  count(query: QueryOf<'countRuns'>, options?: CallOptions): Promise<FacetView> {
    return this.api.answer('GET /v1/runs/facets', options, (init) =>
      this.api.http.GET('/v1/runs/facets', { ...init, params: { query } }),
    );
  }

  get(id: string, options?: CallOptions): Promise<RunView> {
    return this.api.answer('GET /v1/runs/{id}', options, (init) =>
      this.api.http.GET('/v1/runs/{id}', { ...init, params: { path: { id } } }),
    );
  }

  /** Returns everything that has happened to a run, in order. */
  history(id: string, options?: CallOptions): Promise<RunHistory> {
    return history(this.api, id, options);
  }

  /**
   * Gives each fact of a run once, as it happens, until the run has ended. A lost connection is made again and goes on behind the last
   * fact; leaving the loop closes it.
   */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<RunFact, void, undefined> {
    return follow(this.api, id, options);
  }

  /**
   * Gives what a step writes, e.g. the tokens of a model, while it is written, until the step is over. A lost connection is made again;
   * leaving the loop closes it.
   */
  text(of: { readonly run: string; readonly step: string }, options: StepTextOptions = {}): StepTextEvents {
    return stepText(this.api, of, options);
  }

  /** Waits until a run has ended, and returns it. A run that waits for a person is waited for. */
  async ended(id: string, options: FollowOptions = {}): Promise<RunView> {
    for await (const _ of this.follow(id, options));
    return this.get(id, options);
  }

  cancel(id: string, body: BodyOf<'cancelRun'> = {}, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/cancel', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/cancel', { ...init, params: { path: { id } }, body }),
    );
  }

  pause(id: string, body: BodyOf<'pauseRun'> = {}, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/pause', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/pause', { ...init, params: { path: { id } }, body }),
    );
  }

  resume(id: string, body: BodyOf<'resumeRun'> = {}, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/resume', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/resume', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Adds tags to a run, or removes them. */
  tag(id: string, body: BodyOf<'tagRun'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/tags', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/tags', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Adds a note to a run, for everybody who looks at it. */
  note(id: string, body: BodyOf<'noteRun'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/notes', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/notes', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Says what became of a run later: a rating, a refund, a correction. */
  reportOutcome(id: string, body: BodyOf<'reportOutcome'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/outcomes', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/outcomes', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Says what became of the newest run that has a business attribute. */
  reportOutcomeByAttribute(body: BodyOf<'reportOutcomeByAttribute'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/outcomes', options, (init) =>
      this.api.http.POST('/v1/outcomes', { ...init, body }),
    );
  }

  /** Moves a run to another version of its pipeline, from one of its steps on. */
  move(id: string, body: BodyOf<'moveRun'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/move', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/move', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Begins a new run that takes the outputs of a run as they are up to a step, and executes the rest. */
  replay(id: string, body: Replay, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/replay', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/replay', { ...init, params: { path: { id } }, body }),
    ) as Promise<Accepted>;
  }

  /** Returns which steps a replay would take as they are, and which it would execute. */
  previewReplay(id: string, body: Replay, options?: CallOptions): Promise<ReplayPreview> {
    return this.api.answer('POST /v1/runs/{id}/replay', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/replay', {
        ...init,
        params: { path: { id } },
        body: { ...body, dryRun: true },
      }),
    ) as Promise<ReplayPreview>;
  }

  /** Gives a step the signal that it waits for. */
  signal(
    { run, step }: { readonly run: string; readonly step: string },
    body: BodyOf<'signalStep'>,
    options?: CallOptions,
  ): Promise<Accepted> {
    return this.api.answer('POST /v1/runs/{id}/signals/{step}', options, (init) =>
      this.api.http.POST('/v1/runs/{id}/signals/{step}', { ...init, params: { path: { id: run, step } }, body }),
    );
  }

  /** Answers a step in place of an endpoint that said 202; `token` is that of the callback's URL. */
  answerCallback(token: string, output: unknown, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/callbacks', options, (init) =>
      this.api.http.POST('/v1/callbacks', { ...init, params: { query: { token } }, body: output }),
    );
  }

  private begin({ body, query, header, signal }: Begin): Promise<Accepted> {
    const isMail = query !== undefined;
    return this.api.answer('POST /v1/runs', { signal }, (init) =>
      this.api.http.POST('/v1/runs', {
        ...init,
        params: { query, header },
        body: body as StartRun,
        ...(isMail && { bodySerializer: (mail) => mail, headers: { 'content-type': 'message/rfc822' } }),
      }),
    );
  }
}

interface Begin {
  readonly body: StartRun | Uint8Array | string;
  /** Everything but the mail, where the input is one. */
  readonly query?: Omit<StartRun, 'input'>;
  readonly header: Record<string, string>;
  readonly signal: AbortSignal | undefined;
}

const headersOf = ({ idempotencyKey, traceparent }: StartOptions): Record<string, string> => ({
  ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
  ...(traceparent !== undefined && { traceparent }),
});
