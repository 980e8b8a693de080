import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MillraceClient, MillraceProblem, MillraceUnreachable } from '@millrace/client';
import { ROOT, until } from './processes.js';

/** A run as the API shows it, as far as tests look. */
export interface RunView {
  readonly id: string;
  readonly status: string;
  readonly output?: { readonly reply: string; readonly reviewed: boolean };
  readonly steps: readonly {
    readonly name: string;
    readonly status: string;
    readonly attempts: readonly unknown[];
    readonly failure?: { readonly code: string; readonly message: string };
  }[];
}

/** An entry of a run's history. */
export interface SeenFact {
  readonly type: string;
  readonly step?: string;
}

const MAIL = { 'content-type': 'message/rfc822' };
const JSON_BODY = { 'content-type': 'application/json' };

/** A mail of `support-email` that the local models are sure about. */
export const CLEAR = {
  from: 'ann@example.com',
  subject: 'Lost card',
  text: 'I lost my debit card in town yesterday. Please block it and send me a new one.',
};

export const sample = (name: string): Buffer =>
  readFileSync(join(ROOT, 'pipelines/support-email/samples', `${name}.eml`));

/** The HTTP API of a gateway: by the client that users have, and with `get` and `post` for what no well-behaved client sends or reads. */
export class Api {
  private readonly client: MillraceClient;

  constructor(private readonly url: string) {
    this.client = new MillraceClient({ url });
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Asks for bytes, whatever the answer is. */
  download(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  /** Bytes are a mail, anything else is JSON. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const mail = body instanceof Uint8Array;
    return fetch(this.url + path, {
      method: 'POST',
      headers: { ...(mail ? MAIL : JSON_BODY), ...headers },
      body: mail ? new Uint8Array(body) : JSON.stringify(body),
    });
  }

  /** Asks for a run of `support-email` until a gateway has taken it on: the same `key` is the same run. */
  start(input: Uint8Array | object, key: string): Promise<string> {
    const { runs } = this.client;
    const pipeline = 'support-email';
    const options = { idempotencyKey: key };
    const begin = () =>
      input instanceof Uint8Array
        ? runs.startFromMail(input, { pipeline }, options)
        : runs.start({ pipeline, input }, options);
    return until(`run ${key} is accepted`, () => begin().then(({ id }) => id, undefinedIfAway));
  }

  async run(id: string): Promise<RunView> {
    return (await this.client.runs.get(id)) as RunView;
  }

  /** The run when nothing more happens to it by itself. */
  settled(id: string, status?: string): Promise<RunView> {
    let seen: RunView | undefined;
    return until(
      () => `run ${id} is ${status ?? 'no longer running'} (it is ${seen?.status}: ${JSON.stringify(seen?.steps)})`,
      async () => {
        seen = await this.run(id);
        return (status ? seen.status === status : seen.status !== 'running') ? seen : undefined;
      },
    );
  }

  async history(id: string): Promise<readonly SeenFact[]> {
    return (await this.client.runs.history(id)).items;
  }

  /** Statuses of all runs by id. */
  async statuses(): Promise<ReadonlyMap<string, string>> {
    const all = new Map<string, string>();
    for await (const { id, status } of this.client.runs.list({ limit: 100 })) all.set(id, status);
    return all;
  }
}

/** A gateway that is away, or says that it cannot take anything on now, is asked again. */
function undefinedIfAway(error: unknown): undefined {
  const isAway = error instanceof MillraceUnreachable || (error instanceof MillraceProblem && error.status === 503);
  if (!isAway) throw error;
}
