import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What became of one idempotency key. */
export interface Payment {
  readonly receipt: string;
  readonly total: number;
  /** The processes that asked for it, in order. */
  readonly callers: string[];
}

/** A system outside Millrace: charges once for each idempotency key, and remembers who asked. */
export interface Bank extends AsyncDisposable {
  readonly url: string;
  readonly payments: ReadonlyMap<string, Payment>;
  /** Calls that asked for another total under a key that was used before. */
  readonly conflicts: readonly string[];
}

export async function openBank(): Promise<Bank> {
  const payments = new Map<string, Payment>();
  const conflicts: string[] = [];
  const server = createServer((request, response) => {
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
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
