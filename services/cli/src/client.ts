import { timeoutSignal } from '@millrace/contracts/timers';
import { withoutLogins } from '@millrace/contracts';
import { Accepted, PipelineView, Problem } from '@millrace/contracts/http';
import type { z } from 'zod';
import { CliError, EXIT, type ExitCode } from './exit.js';
import type { Payload } from './values.js';
import { remedyHere } from './remedies.js';
import { eventsIn, type ServerEvent } from './server-events.js';

export interface StartWith {
  readonly idempotencyKey: string | undefined;
  readonly startAt?: string | undefined;
  readonly priority?: string | undefined;
  readonly tenant?: string | undefined;
}

/** Says where a person's file has what a pointer into the request names. */
export type PlaceOf = (pointer: string) => string | undefined;

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Talks to a gateway. What goes wrong ends the command with words that say what to do. */
export class Client {
  /** Without a login: it is printed. */
  readonly url: string;
  private readonly login: Readonly<Record<string, string>>;

  constructor(
    private readonly given: string,
    private readonly signal: AbortSignal,
    private readonly placeOf: PlaceOf = () => undefined,
  ) {
    if (!URL.canParse(given) || !/^https?:/.test(given)) {
      throw new CliError(
        EXIT.usage,
        `"${withoutLogins(given)}" is no URL of a gateway; expected something like http://127.0.0.1:8080.`,
      );
    }
    const { username, password } = new URL(given);
    const login = [username, password].map(decodeURIComponent).join(':');
    this.login = username || password ? { authorization: `Basic ${Buffer.from(login).toString('base64')}` } : {};
    this.url = username || password ? given.replace(/^(https?:\/\/)[^/?#]*@/i, '$1') : given;
  }

  async get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    return this.read(await this.send(path, {}), schema);
  }

  async post<T extends z.ZodType>(path: string, body: unknown, schema: T): Promise<z.output<T>> {
    const headers = { 'content-type': 'application/json' };
    return this.read(await this.send(path, { method: 'POST', body: JSON.stringify(body), headers }), schema);
  }

  /** Asks for a run. A mail goes as its bytes, everything else as JSON. */
  async start(pipeline: string, payload: Payload, { idempotencyKey, ...begin }: StartWith): Promise<Accepted> {
    const key: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    const sent: Sent =
      'mail' in payload
        ? { body: payload.mail, headers: { 'content-type': 'message/rfc822', ...key } }
        : {
            body: JSON.stringify({ pipeline, input: payload.json, ...begin }),
            headers: { 'content-type': 'application/json', ...key },
          };
    const said = Object.entries({ pipeline, ...begin }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const query = 'mail' in payload ? `?${new URLSearchParams(said).toString()}` : '';
    return this.read(await this.send(`/v1/runs${query}`, { method: 'POST', ...sent }), Accepted);
  }

  /** The facts of a run as they happen, until the stream ends. */
  async *events(run: string, after: number): AsyncGenerator<ServerEvent> {
    const response = await this.send(`/v1/runs/${run}/events`, { headers: { 'last-event-id': String(after) } });
    if (response.status !== 200 || !response.body) return;
    yield* eventsIn(response.body);
  }

  /** The same gateway, for as long as `signal` is not aborted. */
  until(signal: AbortSignal): Client {
    return new Client(this.given, signal);
  }

  /** The same gateway. What it refuses is named with its place in the person's file. */
  naming(placeOf: PlaceOf = () => undefined): Client {
    return new Client(this.given, this.signal, placeOf);
  }

  /** The answer of any status, or undefined where nobody answers. */
  async probe(path: string): Promise<{ status: number; body: unknown } | undefined> {
    try {
      const response = await fetch(this.url + path, {
        headers: this.login,
        signal: AbortSignal.any([this.signal, timeoutSignal(5_000)]),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch {
      return undefined;
    }
  }

  private async send(path: string, sent: Sent): Promise<Response> {
    refuseEmptyNames(path);
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        ...sent,
        headers: { ...this.login, ...sent.headers },
        signal: this.signal,
      } as RequestInit);
    } catch (cause) {
      if (this.signal.aborted) throw cause;
      throw unreachable(this.url, cause);
    }
    if (!response.ok) throw await refusal(response, this.url, this.placeOf);
    return response;
  }

  private async read<T extends z.ZodType>(response: Response, schema: T): Promise<z.output<T>> {
    const { data, error } = schema.safeParse(await response.json().catch(() => undefined));
    if (!error) return data;
    const where = error.issues[0]?.path.join('.') || 'its body';
    throw new CliError(
      EXIT.error,
      `The answer of ${this.url} is not what this version expects (${where}). The command "doctor" tells more.`,
    );
  }
}

/** A name that is empty, or `..`, would ask for something else. @throws {CliError} usage */
function refuseEmptyNames(path: string): void {
  const [way = ''] = path.split('?');
  const name = way
    .split('/')
    .slice(1)
    .find((part) => ['', '.', '..'].includes(part));
  if (name !== undefined)
    throw new CliError(EXIT.usage, `"${name}" is no name or id: give the one that the matching "list" command shows.`);
}

function unreachable(url: string, cause: unknown): CliError {
  const inner: unknown = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : code || 'no answer';
  const text = [
    `Cannot reach Millrace at ${url}: ${why}.`,
    'Start it here with:   npx millrace dev',
    'Is it elsewhere?      set MILLRACE_URL, or pass --url',
  ];
  return new CliError(EXIT.noConnection, text.join('\n'), { cause });
}

const EXITS: Readonly<Record<number, ExitCode>> = {
  401: EXIT.auth,
  403: EXIT.auth,
  404: EXIT.notFound,
  408: EXIT.timeout,
  409: EXIT.notAllowedNow,
  503: EXIT.noConnection,
  504: EXIT.timeout,
};

async function refusal(response: Response, url: string, placeOf: PlaceOf): Promise<CliError> {
  const { data } = Problem.safeParse(await response.json().catch(() => undefined));
  if (!data) {
    return new CliError(
      EXIT.error,
      `${url} answered ${response.status}, and not as a Millrace gateway does. Check the URL.`,
    );
  }
  // The pipeline that is not there has been named.
  const errors = data.code === 'UNKNOWN_PIPELINE' ? [] : (data.errors ?? []);
  const named = errors.map(({ pointer, detail }) => `  ${placed(placeOf(pointer))}${nameOf(pointer)} ${detail}`);
  const what = errors.length > 0 ? `${withoutFirst(data.detail, errors[0]!.detail)}:` : data.detail;
  const remedy = remedyHere(data.code);
  const text = [what, ...named, ...(remedy === '' ? [] : [remedy])];
  return new CliError(EXITS[data.status] ?? EXIT.error, text.join('\n'));
}

/** The JSON Schema of a pipeline's input, when it is asked for. */
export const inputSchemaOf = (client: Client, pipeline: string) => async (): Promise<unknown> =>
  (await client.get(`/v1/pipelines/${encodeURIComponent(pipeline)}`, PipelineView)).inputSchema;

const placed = (place: string | undefined): string => (place === undefined ? '' : `${place} `);

/** `/input/lines/0/text` as a person writes it: `input.lines[0].text`. */
const nameOf = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('')
    .replace(/^\./, '') || 'it';

/** Returns the text without its first line: what is wrong stands below, field by field. */
const withoutFirst = (text: string, first: string): string =>
  (text.endsWith(first) ? text.slice(0, -first.length).replace(/:\s*\S*:?\s*$/, '') : text).replace(/\.$/, '');
