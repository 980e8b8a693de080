// Runs a script on a Node that Millrace supports: the user's own where it is new enough, else the pinned one that
// came with `npm ci` as an optional platform package.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Tests need `--experimental-vm-modules` as it works from 24.9 on; everything else needs AsyncDisposableStack, which came with 24. */
const MINIMUM = process.env.MILLRACE_NODE === 'pinned' || process.argv[2]?.endsWith('jest.mjs') ? [24, 9] : [24, 0];

function ownIsEnough() {
  if (process.env.MILLRACE_NODE === 'pinned') return false;
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

export function nodePath() {
  if (ownIsEnough()) return process.execPath;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const pinned = fileURLToPath(new URL(`../node_modules/${folder}/bin/${binary}`, import.meta.url));
  if (existsSync(pinned)) return pinned;
  console.error(
    `Millrace needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node}, and no pinned Node was ` +
      `installed for ${process.platform}-${process.arch}.\nInstall a newer Node, or run npm ci without --omit=optional.`,
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
  const child = spawn(nodePath(), args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
  endWithNpm(child);
}

/** npm that is killed tells nobody; whoever started something with it takes that to be gone. */
function endWithNpm(child) {
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : npmAbove(process.ppid);
  if (npm === undefined) return;
  setInterval(() => {
    if (!isAlive(npm) && child.connected) child.disconnect();
  }, PARENT_WATCH_MS).unref();
}

/** npm starts scripts by way of a shell, which stays in between or becomes what it starts. */
function npmAbove(pid) {
  const { status, stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [, parent, command] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? [];
  return /(?:^|[/-])(?:ba|da|z|k|a)?sh$/.test(command ?? '') ? Number(parent) : pid;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runOnNode(process.argv.slice(2));
