import { readFile } from 'node:fs/promises';

/** The most memory that a process has had resident, in megabytes. Rejects where there is no such process. */
export async function peakMegabytesOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
