import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The payments of one idempotency key. */
export interface Payment {
  readonly receipt: string;
  readonly total: number;
  /** The processes that asked for it, in order. */
  readonly callers: string[];
}

/** A system outside Millrace: works for stages, charges once for each idempotency key, and remembers who called. */
export interface Bank extends AsyncDisposable {
  readonly url: string;
  readonly payments: ReadonlyMap<string, Payment>;
  /** Calls that asked for another total under a key that was used before. */
  readonly conflicts: readonly string[];
  /** The processes that called under each idempotency key, in order, whatever became of the calls. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
  /** Calls of a process that have not been answered yet. */
  underWay(caller: string): number;
}

export async function openBank(): Promise<Bank> {
  const payments = new Map<string, Payment>();
  const conflicts: string[] = [];
  const calls = new Map<string, string[]>();
  const underWay = new Map<string, number>();
  const work = (request: IncomingMessage, response: ServerResponse) => {
    const caller = String(request.headers['x-caller']);
    const key = String(request.headers['idempotency-key']);
    calls.set(key, [...(calls.get(key) ?? []), caller]);
    const count = (change: number) => underWay.set(caller, (underWay.get(caller) ?? 0) + change);
    count(1);
    const timer = setTimeout(
      () => response.end(),
      Number(new URL(request.url ?? '/', 'http://bank').searchParams.get('ms')),
    );
    response.once('close', () => {
      clearTimeout(timer);
      count(-1);
    });
  };
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/work')) return work(request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const key = String(request.headers['idempotency-key']);
      const { total } = JSON.parse(Buffer.concat(chunks).toString()) as { total: number };
      const payment = payments.get(key) ?? { receipt: `receipt-${payments.size + 1}`, total, callers: [] };
      payment.callers.push(String(request.headers['x-caller']));
      if (payment.total !== total) conflicts.push(key);
      payments.set(key, payment);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ receipt: payment.receipt }));
    });
  });
  // A process that was frozen may use a connection again whenever it wakes.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    payments,
    conflicts,
    calls,
    underWay: (caller) => underWay.get(caller) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
