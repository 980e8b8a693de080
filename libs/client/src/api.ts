import createFetchClient, { type Client } from 'openapi-fetch';
import { MillraceError, MillraceProblem, MillraceUnexpectedAnswer, MillraceUnreachable } from './errors.js';
import { ANSWER_FIELDS } from './generated/answers.js';
import type { operations, paths, Problem } from './generated/openapi.js';

export interface ClientOptions {
  /** The gateway's address, e.g. `http://127.0.0.1:8080`. A login in it is sent as Basic authorization. */
  readonly url: string;
  /** A bearer token, or a function that returns the one of the moment: it is asked for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts every call of this client. */
  readonly signal?: AbortSignal;
  /** Used instead of the global `fetch`: for a proxy, or to record requests in a test. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The options of each call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The query of an operation. */
export type QueryOf<Operation extends keyof operations> = NonNullable<operations[Operation]['parameters']['query']>;

/** The JSON body of an operation. */
export type BodyOf<Operation extends keyof operations> =
  NonNullable<operations[Operation]['requestBody']> extends { content: { 'application/json': infer Body } }
    ? Body
    : never;

/** A request of the generated client, and what it comes to. */
export interface Outcome<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Sends a request of the generated client; `init` aborts it. */
export type Call<Data> = (init: { readonly signal?: AbortSignal }) => Promise<Outcome<Data>>;

/** Sends the requests of all groups: who asks, what goes wrong, and when it is aborted are dealt with here alone. */
export class Api {
  /** The address of the gateway, without a login. */
  readonly url: string;
  /** The generated operations. */
  readonly http: Client<paths, `${string}/${string}`>;

  constructor(private readonly options: ClientOptions) {
    const { url, login } = addressOf(options.url);
    this.url = url;
    const headers = { ...login, ...options.headers };
    const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
    this.http = createFetchClient<paths>({ baseUrl: url, headers, fetch: (request) => inTime(request, send) });
    this.http.use({
      onRequest: async ({ request, params }) => {
        refuseEmptyNames(params.path ?? {});
        const { token } = options;
        if (token === undefined) return;
        request.headers.set('authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
      },
    });
  }

  /** The signal of the client itself. */
  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /** Returns the same API with more options. */
  with(options: Partial<ClientOptions>): Api {
    const signal = anyOf(this.options.signal, options.signal);
    return new Api({ ...this.options, ...options, ...(signal && { signal }) });
  }

  /**
   * Returns what an operation answers with.
   * @throws {MillraceError} where it does not; where a signal is aborted, its reason
   */
  async answer<Data>(
    operation: string,
    options: CallOptions | undefined,
    call: Call<Data>,
  ): Promise<NonNullable<Data>> {
    const { data } = await this.outcome(options, call);
    const found = Object(data) as Readonly<Record<string, unknown>>;
    const missing = (ANSWER_FIELDS[operation] ?? []).find((field) => !(field in found));
    if (data !== undefined && data !== null && missing === undefined) return data;
    throw new MillraceUnexpectedAnswer(
      `The answer of ${this.url} to ${operation} is not what this version expects (${missing ?? 'its body'}).`,
      200,
    );
  }

  /** Returns a successful outcome, whatever its body. */
  async outcome<Data>(options: CallOptions | undefined, call: Call<Data>): Promise<Outcome<Data>> {
    const signal = anyOf(this.options.signal, options?.signal);
    let outcome: Outcome<Data>;
    try {
      outcome = await call(signal ? { signal } : {});
    } catch (cause) {
      throw this.failed(cause, signal);
    }
    if (outcome.response.ok) return outcome;
    throw this.refused(outcome);
  }

  /** Returns the answer to a GET of any status, or undefined where nobody answers within 5 s: for checks of health. */
  async probe(path: string): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    try {
      const { response, data, error } = await this.http.request('get', path as '/v1/stages', {
        signal: AbortSignal.any([...(this.options.signal ? [this.options.signal] : []), AbortSignal.timeout(PROBE_MS)]),
      });
      return { status: response.status, body: (data ?? error) as unknown };
    } catch {
      return undefined;
    }
  }

  /** Turns what `fetch` throws into an error that says what to do; an abort stays the abort it is. */
  failed(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (cause instanceof MillraceError || signal?.aborted) return cause;
    if (cause instanceof SyntaxError)
      return new MillraceUnexpectedAnswer(`${this.url} answered with what is no JSON.`, 200, cause);
    return new MillraceUnreachable(this.url, cause);
  }

  private refused({ error, response }: Outcome<unknown>): MillraceError {
    if (isProblem(error)) return new MillraceProblem(error, retryAfterOf(response));
    return new MillraceUnexpectedAnswer(
      `${this.url} answered ${response.status}, and not as a Millrace gateway does.`,
      response.status,
      error,
    );
  }
}

const PROBE_MS = 5_000;
/** A gateway begins its answer within this long. Acts on many runs take their time. */
const ANSWER_MS = { reads: 30_000, acts: 120_000 };

async function inTime(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
  const late = new AbortController();
  const reason = new DOMException('No answer came in time.', 'TimeoutError');
  const ms = request.method === 'GET' ? ANSWER_MS.reads : ANSWER_MS.acts;
  const timer = setTimeout(() => late.abort(reason), ms);
  try {
    return await send(new Request(request, { signal: AbortSignal.any([request.signal, late.signal]) }));
  } finally {
    clearTimeout(timer);
  }
}

export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

function addressOf(given: string): { url: string; login: Record<string, string> } {
  if (!URL.canParse(given) || !/^https?:/i.test(given))
    throw new MillraceError('INVALID_URL', 'The URL is none of a Millrace gateway.', {
      remedy: 'Give something like http://127.0.0.1:8080.',
    });
  const { username, password } = new URL(given);
  const url = given.replace(/^(https?:\/\/)[^/?#]*@/i, '$1').replace(/\/+$/, '');
  if (!username && !password) return { url, login: {} };
  const bytes = new TextEncoder().encode([username, password].map(decodeURIComponent).join(':'));
  return { url, login: { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` } };
}

/** A name that is empty, or `..`, would ask for something else. */
function refuseEmptyNames(path: Readonly<Record<string, unknown>>): void {
  const found = Object.entries(path).find(
    ([, value]) => value === undefined || ['', '.', '..'].includes(String(value)),
  );
  if (!found) return;
  throw new MillraceError('INVALID_NAME', `"${String(found[1])}" is no name or id.`, {
    remedy: `Give the ${found[0]} that the matching list shows.`,
  });
}

function isProblem(body: unknown): body is Problem {
  const { code, detail, status } = Object(body) as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number';
}

function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
