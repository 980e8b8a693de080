// PostgreSQL in a private cluster, on loopback only.
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { choosePort, defaultDataDir, startServer } from './server.mjs';
import { need, postgresFolders, run } from './tools.mjs';

const remedy = 'Millrace keeps its runs in PostgreSQL; on Debian: apt-get install postgresql.';
const NAME = 'millrace';

/** Finds the folder of initdb and its kin: programs of one version, so all from the same folder. */
function programs() {
  const folders = postgresFolders();
  const initdb = need('initdb', { folders, remedy });
  return (name) => need(name, { folders: [dirname(initdb), ...folders], remedy });
}

/** PostgreSQL refuses to run as root: the account that it runs under instead, or nothing when we are not root. */
function account() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    if (line) return { uid: Number(line.split(':')[2]), gid: Number(line.split(':')[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no account postgres or nobody to run it under.');
}

/** Returns true when everybody may walk into `folder`; a checkout below /root, for one, is closed to PostgreSQL's account. */
function isOpen(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at) && !(statSync(at).mode & 0o001)) return false;
    if (at === dirname(at)) return true;
  }
}

/** `dataDir`, or, when PostgreSQL's account cannot reach it, a folder under /var/tmp that belongs to it alone. */
function reachable(dataDir, { uid, log }) {
  if (uid === undefined || isOpen(dirname(dataDir))) return dataDir;
  const elsewhere = `/var/tmp/millrace-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  log(`PostgreSQL's account cannot reach ${dataDir}; its data is in ${elsewhere}`);
  return elsewhere;
}

async function createCluster({ program, data, identity }) {
  mkdirSync(dirname(data), { recursive: true });
  if (identity.uid !== undefined) chownSync(dirname(data), identity.uid, identity.gid);
  const options = ['-U', NAME, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  // An initdb that was interrupted leaves a folder that is no cluster.
  rmSync(data, { recursive: true, force: true });
  await run(program('initdb'), ['-D', data, ...options], { ...identity, cwd: '/' });
}

export async function startPostgres({
  port: wanted,
  dataDir: asked = defaultDataDir('postgres'),
  fresh = false,
  outlive = false,
  log = () => {},
  settings = {},
} = {}) {
  const program = programs();
  const identity = account();
  const dataDir = reachable(asked, { uid: identity.uid, log });
  const data = join(dataDir, 'data');
  if (fresh) rmSync(dataDir, { recursive: true, force: true });
  if (!existsSync(join(data, 'global', 'pg_control'))) await createCluster({ program, data, identity });

  const port = await choosePort(wanted, 5433);
  const all = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 200, ...settings };
  const client = ['-h', '127.0.0.1', '-p', `${port}`, '-U', NAME];
  const succeeds = (name, args) =>
    run(program(name), args).then(
      () => true,
      () => false,
    );
  const server = await startServer({
    name: 'postgres',
    port,
    dataDir,
    outlive,
    process: {
      command: program('postgres'),
      args: ['-D', data, ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      logFile: join(dataDir, 'server.log'),
      cwd: dataDir,
      ...identity,
    },
    ready: () => succeeds('pg_isready', [...client, '-q', '-d', NAME]),
    // SIGTERM would wait for every client to leave.
    stop: { signal: 'SIGINT' },
    // After a kill -9 the old server's children hold its memory for a moment.
    log,
    mayRetry: (said) => /still in use|lock file/.test(said.split('\n').slice(-4).join('\n')),
  });
  if (!(await succeeds('psql', [...client, '-d', NAME, '-qc', 'select 1'])))
    await run(program('createdb'), [...client, NAME]);
  return Object.assign(server, { url: `postgres://${NAME}@127.0.0.1:${port}/${NAME}` });
}
