import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchMachine } from './machine.js';
import { BenchOutcome } from './outcome.js';

/** Measurements of one commit on one machine: a line of the history. */
export const Entry = z.object({
  /** The commit that was measured; with `+` where files had been changed since. */
  commit: z.string(),
  machine: BenchMachine,
  outcomes: z.array(BenchOutcome),
});
export type Entry = z.infer<typeof Entry>;

/** Adds a line to the history. */
export async function remember(file: string, outcomes: readonly BenchOutcome[], machine: BenchMachine): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify({ commit: commitHere(), machine, outcomes })}\n`);
}

/** The history, oldest first; empty where there is none yet. */
export async function historyIn(file: string): Promise<readonly Entry[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Entry.parse(JSON.parse(line)));
}

function commitHere(): string {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=10', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return 'unknown';
  }
}
