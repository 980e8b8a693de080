// Runs a script on a Node that Millrace supports: the user's own where it is new enough, else the one of tools/node, which
// is fetched once.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HEAP_MB, heapOptions } from '../services/millrace/bin/heap.mjs';
import { fetchedNode, isAtLeast } from '../services/millrace/bin/node.mjs';
import { fetchNode, upToDateNode } from './fetch-node.mjs';

/** Tests need `--experimental-vm-modules` as it works from 24.9 on; everything else needs AsyncDisposableStack, which came with 24. */
const MINIMUM = process.argv[2]?.endsWith('jest.mjs') ? [24, 9] : [24, 0];

export function nodePath() {
  if (isAtLeast(...MINIMUM)) return process.execPath;
  const other = upToDateNode() ?? fetchNode() ?? fetchedNode();
  if (other !== undefined) return other;
  console.error(
    `Millrace needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node}, and none could be fetched for ` +
      `${process.platform}-${process.arch}.\nInstall a newer Node from https://nodejs.org or with a version manager.`,
  );
  process.exit(1);
}

const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));
const PARENT_WATCH_MS = 500;

/**
 * Runs `args` on a fitting Node with this process's streams and signals, and ends as it ends. What has to end with us even
 * when we are killed listens to the channel: its `disconnect` says that we are gone.
 */
export function runOnNode(args) {
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  const heap = args[0]?.endsWith('start.mjs') ? heapOptions(HEAP_MB.all) : [];
  const child = spawn(nodePath(), [...heap, ...args], { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
  endWithNpm(child);
}

/** npm that is killed tells nobody, so we watch whether it lives; an npm that ended before we could look has ended. */
function endWithNpm(child) {
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : npmAbove();
  if (npm === undefined) return;
  const look = () => {
    if ((npm === GONE || !isAlive(npm)) && child.connected) child.disconnect();
  };
  look();
  setInterval(look, PARENT_WATCH_MS).unref();
}

const GONE = 0;

/**
 * Returns the process id of the npm that started us by way of a shell, `GONE` if that npm ended first, and undefined where
 * nothing can be said. When npm ends, another process adopts its shell and looks like its parent. npm is in the process
 * group of its shell; the process that adopts is not, or it is process 1, which is npm only if it is called so.
 */
function npmAbove() {
  const ps = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (ps.status !== 0) return undefined;
  const processes = new Map();
  for (const [, pid, parent, group, args] of ps.stdout.matchAll(/^ *(\d+) +(\d+) +(\d+) +(.*)$/gm))
    processes.set(pid, { pid, parent, group, args });
  const own = processes.get(String(process.pid));
  if (own === undefined) return undefined;
  const parent = processes.get(own.parent);
  const shell =
    parent?.group === own.group && /^-?(?:\S*\/)?(?:ba|da|z|k|a)?sh(?: |$)/.test(parent.args) ? parent : own;
  // Who leads a group was set apart on purpose, which npm does not do.
  if (shell.group === shell.pid) return undefined;
  const npm = processes.get(shell.parent);
  if (npm?.group !== shell.group || (npm.pid === '1' && !/\b(?:npm|npx|pnpm|yarn|bun)\b/.test(npm.args))) return GONE;
  return Number(npm.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  // A process that ended still takes signals until its parent has asked for its status, which some never do.
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runOnNode(process.argv.slice(2));
