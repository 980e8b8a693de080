import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Context } from '../context.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export function devCommand(program: Command, { terminal, end }: Context): void {
  program
    .command('dev')
    .description('run all of Millrace on this machine, in one process')
    .action(async () => {
      // Ctrl-C reaches the child too, which finishes what it has in hand; this process waits for it.
      const child = spawn(process.execPath, ['scripts/start.mjs'], { stdio: 'inherit', cwd: ROOT });
      const stop = () => void child.kill('SIGTERM');
      terminal.signal.addEventListener('abort', stop);
      end(
        await new Promise<number>((resolve, reject) => {
          child.once('error', reject);
          child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
        }),
      );
      terminal.signal.removeEventListener('abort', stop);
    });
}
