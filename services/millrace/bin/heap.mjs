// The limit of V8's heap in processes that run services. Without one V8 takes up to 4 GB, and collects garbage late.
import { getHeapStatistics } from 'node:v8';

/** In MB: for a process with one service, and for one with all of them. Both are more than twice what was measured under load. */
export const HEAP_MB = { service: 1_024, all: 1_536 };

const MB = 2 ** 20;
const LIMIT = /--max[-_](?:old[-_]space|heap)[-_]size/;

/**
 * Returns the options of Node.js that limit the heap: none where the person has set a limit, and none where V8's own is
 * lower. V8 takes at most half of the memory of a container or of a small machine.
 */
export function heapOptions(mb, { env = process.env, execArgv = process.execArgv, ownLimit = limitOfThis() } = {}) {
  const isSet = [...execArgv, env.NODE_OPTIONS ?? ''].some((option) => LIMIT.test(option));
  return isSet || ownLimit <= mb * MB ? [] : [`--max-old-space-size=${mb}`];
}

const limitOfThis = () => getHeapStatistics().heap_size_limit;

/**
 * Starts this process anew with such a limit, under the same process id: V8 reads the limit only at the start. Does nothing
 * where a limit is set, on Windows, which cannot do that, and under a parent that talks to us, whom we would no longer hear.
 */
export function limitHeap(mb) {
  const options = heapOptions(mb);
  if (options.length === 0 || process.platform === 'win32' || process.connected) return;
  const [program, ...args] = process.argv;
  process.execve(program, [program, ...process.execArgv, ...options, ...args], process.env);
}
