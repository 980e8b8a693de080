/// The thread that PGlite lives in. Loaded as it is, from source too: it may import nothing of ours.
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite as Server } from '@electric-sql/pglite';

/** Buffers for one client; the default would be 128 MB of this process's memory. */
const SHARED_BUFFERS = '16MB';
/** Optimising PostgreSQL's parser alone takes the compiler 2 s and 600 MB, and makes a commit hardly quicker. */
const BASELINE_COMPILER = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

/** Bytes of PostgreSQL's protocol, of the connection that has this number. */
export interface Told {
  readonly link: number;
  readonly bytes: Uint8Array;
}

const port = parentPort!;
const server = open();
server.catch(() => undefined);

port.on('message', (told: Told | 'close') => {
  if (told === 'close') return void server.then((open) => open.close()).finally(() => port.close());
  answer(told).catch((error: unknown) => {
    // As an error of this thread it is told to whoever waits for an answer.
    setImmediate(() => {
      throw error;
    });
  });
});

async function open(): Promise<Server> {
  for (const flag of BASELINE_COMPILER) setFlagsFromString(flag);
  const { PGlite } = await import('@electric-sql/pglite');
  const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`];
  return PGlite.create((workerData as { dir: string }).dir, { startParams });
}

async function answer({ link, bytes }: Told): Promise<void> {
  const answered = await (await server).execProtocolRaw(bytes);
  port.postMessage({ link, bytes: answered } satisfies Told);
}
