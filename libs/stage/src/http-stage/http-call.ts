import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { StageFailure } from '../work/failure.js';

/** Paths of PEM files: whom to trust beside the usual authorities, and the client's own certificate. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface HttpCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** The beginning of an answer; its body is read by whoever knows what it is. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
}

const MOST_REDIRECTS = 3;

/** Sends requests to one endpoint, over connections that are kept. Certificates are always checked. */
export class HttpCaller implements Disposable {
  private readonly agent: HttpAgent | HttpsAgent;

  constructor(isTls: boolean, tls: TlsFiles = {}) {
    const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
    const files = Object.fromEntries(
      Object.entries(tls).flatMap(([name, path]) => (path === undefined ? [] : [[name, read(path)]])),
    );
    this.agent = isTls ? new HttpsAgent({ keepAlive: true, ...files }) : new HttpAgent({ keepAlive: true });
  }

  /**
   * Resolves when the headers of the answer are there. A redirect is followed where it keeps method, body and origin.
   * @throws {StageFailure} ENDPOINT_REDIRECTED, ENDPOINT_UNAVAILABLE
   */
  async send(call: HttpCall): Promise<HttpAnswer> {
    for (let { url } = call, redirects = 0; ; redirects++) {
      const answer = await this.sendOnce({ ...call, url });
      if (answer.status < 300 || answer.status > 399) return answer;
      answer.body.destroy();
      url = redirectOf(answer, url, redirects);
    }
  }

  [Symbol.dispose](): void {
    this.agent.destroy();
  }

  private async sendOnce({ url, method, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    try {
      return await new Promise<HttpAnswer>((resolve, reject) => {
        const length = String(Buffer.byteLength(body));
        const request = send(url, {
          method,
          signal,
          agent: this.agent,
          headers: { ...headers, 'content-length': length },
        });
        request.once('error', reject);
        request.once('response', (answer) =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer }),
        );
        request.end(body);
      });
    } catch (cause) {
      throw unavailable(url, cause);
    }
  }
}

/** A failure of the connection, with the system's code for it: messages of the system may hold addresses and paths. */
export function unavailable(url: URL, cause: unknown): StageFailure {
  const { code } = cause as NodeJS.ErrnoException;
  const why = typeof code === 'string' ? code : 'the connection broke';
  return new StageFailure('ENDPOINT_UNAVAILABLE', `${shownUrl(url)} could not be asked: ${why}.`, { cause });
}

/** A URL without what may be secret in it. */
export const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

function redirectOf({ status, headers: { location } }: HttpAnswer, from: URL, before: number): URL {
  const refuse = (why: string) =>
    new StageFailure('ENDPOINT_REDIRECTED', `${shownUrl(from)} answered ${status}: ${why}.`);
  if (location === undefined || !URL.canParse(location, from.href)) throw refuse('a redirect that leads nowhere');
  const to = new URL(location, from);
  if (to.origin !== from.origin) throw refuse(`a redirect to ${to.origin}, which is not followed`);
  if (status !== 307 && status !== 308) throw refuse('only 307 and 308 keep the method and the body');
  if (before >= MOST_REDIRECTS) throw refuse(`a redirect after ${MOST_REDIRECTS} others`);
  return to;
}
