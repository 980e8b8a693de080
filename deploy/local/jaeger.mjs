// Jaeger's all-in-one, built from its Go module in ../jaeger.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort, defaultDataDir, startServer } from './server.mjs';
import { need, run } from './tools.mjs';

const source = fileURLToPath(new URL('../jaeger', import.meta.url));
const binary = join(source, 'bin', 'jaeger');

export async function buildJaeger({ log = () => {} } = {}) {
  if (existsSync(binary)) return binary;
  const remedy = 'Jaeger is built with Go 1.24 or newer: https://go.dev/dl.';
  const go = need('go', { folders: ['/usr/local/go/bin'], remedy });
  log('building Jaeger with Go (once, some minutes)');
  await run(go, ['build', '-o', binary, 'github.com/jaegertracing/jaeger/cmd/all-in-one'], { cwd: source });
  return binary;
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

export async function startJaeger({
  port: wanted,
  queryPort: wantedQuery,
  dataDir = defaultDataDir('jaeger'),
  fresh = false,
  outlive = false,
} = {}) {
  if (!existsSync(binary)) throw new Error('Jaeger has not been built yet: npm run infra -- --jaeger');
  if (fresh) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const port = await choosePort(wanted, 4318);
  const queryPort = await choosePort(wantedQuery, 16686);
  const local = async (flag) => `--${flag}=127.0.0.1:${await choosePort(0)}`;
  const server = await startServer({
    name: 'jaeger',
    port,
    dataDir,
    outlive,
    process: {
      command: binary,
      args: [
        `--collector.otlp.http.host-port=127.0.0.1:${port}`,
        `--query.http-server.host-port=127.0.0.1:${queryPort}`,
        // What nobody here speaks still listens somewhere, so that two can run side by side.
        await local('collector.otlp.grpc.host-port'),
        await local('collector.http-server.host-port'),
        await local('collector.grpc-server.host-port'),
        await local('query.grpc-server.host-port'),
        await local('admin.http.host-port'),
        '--log-level=warn',
      ],
      // It would trace itself, to a port where nobody listens, and take ten seconds to give up when it ends.
      env: { ...process.env, OTEL_TRACES_SAMPLER: 'always_off' },
      logFile: join(dataDir, 'server.log'),
      cwd: dataDir,
    },
    ready: () => answers(`http://127.0.0.1:${queryPort}/api/services`),
  });
  return Object.assign(server, { url: `http://127.0.0.1:${port}`, queryUrl: `http://127.0.0.1:${queryPort}` });
}
