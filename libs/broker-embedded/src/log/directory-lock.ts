import fs from 'node:fs';
import path from 'node:path';
import { BrokerError } from '@millrace/broker';

/** Makes the directory this process's own. Gives back what releases it. @throws {BrokerError} `LOG_IN_USE`, naming the process that has it */
export function lockDirectory(dir: string): () => void {
  const lock = path.join(dir, 'lock');
  const mine = path.join(dir, `lock.${process.pid}`);
  try {
    fs.writeFileSync(mine, identityOf(process.pid));
    // A link appears whole or not at all, and never over another.
    while (!linked(mine, lock)) evictStale(dir, lock);
  } finally {
    fs.rmSync(mine, { force: true });
  }
  return () => fs.rmSync(lock, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function evictStale(dir: string, lock: string): void {
  const holder = read(lock);
  if (holder === undefined) return;
  refuseIfAlive(dir, holder);
  // Another process may have evicted it too and be the holder by now: what was moved away tells.
  const evicted = `${lock}.stale.${process.pid}`;
  try {
    fs.renameSync(lock, evicted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = read(evicted) ?? '';
  if (moved !== holder) linked(evicted, lock);
  fs.rmSync(evicted, { force: true });
}

function refuseIfAlive(dir: string, holder: string): void {
  const pid = Number.parseInt(holder, 10);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid) || identityOf(pid) !== holder) return;
  throw new BrokerError(
    'LOG_IN_USE',
    `The log in ${dir} is in use by process ${pid}. Stop that process, or give this one another directory.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The pid and, where the system tells, when the process began: a pid is given again after a restart. */
function identityOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  const boot = read('/proc/sys/kernel/random/boot_id');
  if (stat === undefined || boot === undefined) return `${pid}`;
  // The name of the program, in brackets, may hold spaces; what follows it does not.
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${pid} ${boot.trim()} ${began}`;
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
