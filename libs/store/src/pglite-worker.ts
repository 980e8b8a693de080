/// The thread that PGlite lives in. Loaded as it is, from source too: it may import nothing of ours.
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite as Server } from '@electric-sql/pglite';

/** Buffers for one client; the default would be 128 MB of this process's memory. */
const SHARED_BUFFERS = '16MB';
/** Optimising PostgreSQL's parser alone takes the compiler 2 s and 600 MB, and makes a commit hardly quicker. */
const BASELINE_COMPILER = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

export interface Asked {
  readonly id: number;
  readonly text: string;
  readonly values: readonly unknown[];
}

export type Told =
  | { readonly id: number; readonly rows: readonly unknown[]; readonly affectedRows: number | undefined }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string | undefined } };

const port = parentPort!;
const server = open();
server.catch(() => undefined);

port.on('message', (asked: Asked | 'close') => {
  if (asked === 'close') return void server.then((open) => open.close()).finally(() => port.close());
  answer(asked).then(
    (told) => port.postMessage(told),
    (thrown: unknown) => {
      const { message, code } = thrown as Error & { code?: string };
      port.postMessage({ id: asked.id, error: { message, code } } satisfies Told);
    },
  );
});

async function open(): Promise<Server> {
  for (const flag of BASELINE_COMPILER) setFlagsFromString(flag);
  const { PGlite } = await import('@electric-sql/pglite');
  const startParams = [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`];
  return PGlite.create((workerData as { dir: string }).dir, { startParams });
}

async function answer({ id, text, values }: Asked): Promise<Told> {
  const { rows, affectedRows } = await (await server).query(text, values as unknown[]);
  return { id, rows, affectedRows };
}
