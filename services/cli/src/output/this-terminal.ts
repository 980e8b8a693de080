import { buffer } from 'node:stream/consumers';
import { processEnv } from '../config.js';
import type { Terminal } from './terminal.js';

/** The terminal that this process has. */
export function thisTerminal(): Terminal {
  const env = processEnv();
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // What reads us may stop reading: `millrace run list | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env,
    program: env['npm_command'] === 'exec' ? 'npx millrace' : 'millrace',
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(text),
    colours: Boolean(process.stderr.isTTY) && !env['NO_COLOR'],
    stdin: () => buffer(process.stdin),
    signal: stopping.signal,
  };
}
