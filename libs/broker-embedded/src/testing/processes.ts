import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Another process on the log in `dir`; `lines` grows with what it says. */
export function startWorker(dir: string): { process: ChildProcessByStdio<null, Readable, Readable>; lines: string[] } {
  const args = ['--experimental-transform-types', '--conditions=millrace', '--import', here('typescript.mjs')];
  const child = spawn(process.execPath, [...args, here('worker.ts'), dir], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const all = (rest + text).split('\n');
    rest = all.pop() ?? '';
    lines.push(...all);
  });
  // Only whole failures are of interest; Node warns about its own options here.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (/error/i.test(text) && !text.includes('ExperimentalWarning')) lines.push(`failed: ${text}`);
  });
  return { process: child, lines };
}

/** Kills it as `kill -9` does, and waits until it is gone. */
export function kill(worker: {
  process: { kill(signal: 'SIGKILL'): boolean; once(event: 'exit', then: () => void): unknown };
}) {
  return new Promise<void>((resolve) => {
    worker.process.once('exit', () => resolve());
    worker.process.kill('SIGKILL');
  });
}
