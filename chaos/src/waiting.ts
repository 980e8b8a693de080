import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer; undefined where there is none within `withinMs`. */
export async function until<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs, everyMs = 100 }: { withinMs: number; everyMs?: number },
): Promise<T | undefined> {
  for (const end = Date.now() + withinMs; ; await sleep(everyMs)) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) return undefined;
  }
}

/** Ports that nobody listens on now, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
