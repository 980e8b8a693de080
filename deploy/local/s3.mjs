// An S3-compatible store for tests: versitygw, which serves a folder by the protocol of S3. Built from its Go module.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort, defaultDataDir, startServer } from './server.mjs';
import { need, run } from './tools.mjs';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const folder = fileURLToPath(new URL('../s3/bin', import.meta.url));
const binary = join(folder, 'versitygw');

/** The login of the store. It listens on this machine alone. */
export const S3_LOGIN = { accessKeyId: 'millrace', secretAccessKey: 'millrace-test' };

export async function buildS3({ log = () => {} } = {}) {
  if (existsSync(binary)) return binary;
  const remedy = 'The S3 store for tests is built with Go 1.24 or newer: https://go.dev/dl.';
  const go = need('go', { folders: ['/usr/local/go/bin'], remedy });
  log('building versitygw with Go (once, some minutes)');
  mkdirSync(folder, { recursive: true });
  await run(go, ['install', MODULE], { env: { ...process.env, GOBIN: folder } });
  return binary;
}

const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );

export async function startS3({ port: wanted, dataDir = defaultDataDir('s3'), fresh = false, outlive = false } = {}) {
  if (!existsSync(binary)) throw new Error('The S3 store has not been built yet: call buildS3() first');
  if (fresh) rmSync(dataDir, { recursive: true, force: true });
  const objects = join(dataDir, 'objects');
  mkdirSync(objects, { recursive: true });
  const port = await choosePort(wanted, 7070);
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 's3',
    port,
    dataDir,
    outlive,
    process: {
      command: binary,
      args: ['--port', `127.0.0.1:${port}`, 'posix', objects],
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: S3_LOGIN.accessKeyId,
        ROOT_SECRET_KEY: S3_LOGIN.secretAccessKey,
      },
      logFile: join(dataDir, 'server.log'),
      cwd: dataDir,
    },
    ready: () => answers(url),
  });
  return Object.assign(server, { url });
}
