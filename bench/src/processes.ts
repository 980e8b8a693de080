import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Processor time and memory of the processes of one name. */
export interface ProcessUse {
  readonly name: string;
  readonly cpuMs: number;
  /** The proportional set size: pages that processes share are divided among them. */
  readonly memoryMb: number;
}

/** The processes of one moment, by their ids. */
export type Processes = ReadonlyMap<number, ProcessUse>;

/** `/proc/PID/stat` counts in USER_HZ, which Linux sets to 100 on all of Node's platforms (proc(5)). */
const MS_PER_TICK = 10;

/** Returns a process with all that descend from it, without `except`. Empty where there is no `/proc`, as on macOS. */
export function processesUnder(root: number, except?: number): Processes {
  const stats = allStats();
  const found = new Map<number, ProcessUse>();
  const visit = (pid: number): void => {
    const stat = stats.get(pid);
    if (stat && pid !== except)
      found.set(pid, { name: nameOf(pid, stat.command), cpuMs: stat.cpuMs, memoryMb: memoryMb(pid) });
    for (const [child, { parent }] of stats) if (parent === pid) visit(child);
  };
  visit(root);
  return found;
}

/** Returns what was used between two moments, the processes of a name together. Those that ended in between are not counted. */
export function usedBetween(before: Processes, after: Processes): readonly ProcessUse[] {
  const used = new Map<string, ProcessUse>();
  for (const [pid, { name, cpuMs, memoryMb }] of after) {
    const sofar = used.get(name);
    used.set(name, {
      name,
      cpuMs: (sofar?.cpuMs ?? 0) + cpuMs - (before.get(pid)?.cpuMs ?? 0),
      memoryMb: (sofar?.memoryMb ?? 0) + memoryMb,
    });
  }
  return [...used.values()].sort((a, b) => b.cpuMs - a.cpuMs);
}

interface Stat {
  readonly command: string;
  readonly parent: number;
  readonly cpuMs: number;
}

function allStats(): ReadonlyMap<number, Stat> {
  const stats = new Map<number, Stat>();
  const pids = listed().filter((name) => /^\d+$/.test(name));
  for (const pid of pids.map(Number)) {
    const text = read(`/proc/${pid}/stat`);
    // The command stands in parentheses, and may contain some itself.
    const [, command, rest] = /\((.*)\) (.*)/s.exec(text ?? '') ?? [];
    if (command === undefined || rest === undefined) continue;
    const fields = rest.split(' ');
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number) as [number, number, number];
    stats.set(pid, { command, parent, cpuMs: (user + system) * MS_PER_TICK });
  }
  return stats;
}

/** The name of a program; for Node.js the argument after the module, which says what it does, or else the module. */
function nameOf(pid: number, command: string): string {
  const [program = command, ...args] = (read(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((part) => part !== '');
  if (basename(program) !== 'node') return SERVERS.get(command) ?? command;
  const [module = command, as] = args.filter((arg) => !arg.startsWith('-'));
  return as ?? basename(module).replace(/\.\w+$/, '');
}

const SERVERS: ReadonlyMap<string, string> = new Map([
  ['java', 'Kafka'],
  ['postgres', 'PostgreSQL'],
  ['redis-server', 'Redis'],
  ['restate-server', 'Restate'],
  ['temporal', 'Temporal'],
]);

function memoryMb(pid: number): number {
  const exact = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '');
  // Another account's process does not tell its shares.
  const found = exact ?? /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '');
  return Number(found?.[1] ?? 0) / 1024;
}

function listed(): readonly string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

/** A process may end while it is looked at. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
