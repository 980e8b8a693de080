import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Fact } from '@millrace/contracts';
import { problem, type ProblemCode, type RunView, type StepView } from '@millrace/contracts/http';
import { millrace } from '../millrace.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly type: string | undefined;
  readonly key: string | undefined;
  /** The login of a URL that has one. */
  readonly login: string | undefined;
  readonly body: string;
}

/** Answers as a gateway does, with what a test puts into it; and runs command lines against itself. */
export class FakeGateway implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly answers = new Map<string, unknown>();
  readonly problems = new Map<string, ProblemCode>();
  /** The facts that the event stream of any run sends, one connection after the other. */
  readonly streams: (readonly Fact[])[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async open(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async run(args: string, more: { stdin?: string; cwd?: string } = {}) {
    return runIn({ MILLRACE_URL: this.url }, args.split(' '), more);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const key = headers['idempotency-key'];
    const body = await text(request);
    this.asked.push({
      method,
      path: url,
      type: headers['content-type'],
      key: key === undefined ? undefined : String(key),
      login: headers.authorization,
      body,
    });
    const code = this.problems.get(url);
    if (code) {
      const said = problem(code, 'Because.', { errors: [{ pointer: '/input/text', detail: 'is required' }] });
      response.writeHead(said.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(said));
    } else if (url.endsWith('/events')) this.stream(response, Number(headers['last-event-id'] ?? 0));
    else {
      const answer = this.answers.get(`${method} ${url}`) ?? this.answers.get(url);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? problem('UNKNOWN_ROUTE', url)));
    }
  }

  private stream(response: ServerResponse, after: number): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\n: still here\n\n');
    (this.streams.shift() ?? []).forEach((fact, at) => {
      if (at >= after) response.write(`id: ${at + 1}\nevent: ${fact.type}\ndata: ${JSON.stringify(fact)}\n\n`);
    });
    response.end();
  }
}

/** Runs one command line. What it says is split as a shell would see it. */
export async function runIn(env: Record<string, string>, args: string[], more: { stdin?: string; cwd?: string } = {}) {
  const said = { out: '', err: '' };
  const exit = await millrace(args, {
    env,
    cwd: more.cwd ?? '/nowhere',
    out: (words) => void (said.out += words),
    say: (words) => void (said.err += words),
    colours: false,
    stdin: () => Promise.resolve(Buffer.from(more.stdin ?? '')),
    signal: new AbortController().signal,
  });
  return { exit, ...said };
}

export const RUN = 'run_00000000000000000000000000';

export const stepView = (name: string, of: Partial<StepView> = {}): StepView => ({
  name,
  kind: 'stage',
  status: 'completed',
  attempts: [],
  allowedActions: [],
  ...of,
});

export const runView = (of: Partial<RunView> = {}): RunView => ({
  id: RUN,
  pipeline: 'reply',
  plan: 'p1',
  status: 'completed',
  state: of.status ?? 'completed',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  links: {},
  traceId: '0'.repeat(32),
  steps: [],
  allowedActions: [],
  ...of,
});
