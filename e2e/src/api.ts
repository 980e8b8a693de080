import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The HTTP API of a gateway. */
export class Api {
  constructor(private readonly url: string) {}

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
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
    const mail = input instanceof Uint8Array;
    const path = mail ? '/v1/runs?pipeline=support-email' : '/v1/runs';
    const body = mail ? input : { pipeline: 'support-email', input };
    return until(`run ${key} is accepted`, async () => {
      const answer = await this.post(path, body, { 'idempotency-key': key }).catch(() => undefined);
      if (answer === undefined || answer.status === 503) return undefined;
      if (answer.status !== 202) throw new Error(`${key} was answered with ${answer.status}: ${await answer.text()}`);
      return ((await answer.json()) as RunView).id;
    });
  }

  run(id: string): Promise<RunView> {
    return this.get(`/v1/runs/${id}`);
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
    return (await this.get<{ items: SeenFact[] }>(`/v1/runs/${id}/history`)).items;
  }

  /** Statuses of all runs by id. */
  async statuses(): Promise<ReadonlyMap<string, string>> {
    const all = new Map<string, string>();
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: { items: RunView[]; next?: string } = await this.get(
        `/v1/runs?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const { id, status } of page.items) all.set(id, status);
      cursor = page.next;
    }
    return all;
  }
}
