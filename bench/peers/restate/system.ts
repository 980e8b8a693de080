// A run is a request to a service, whose handler is in a process of its own.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { payloadOf, requesting, startChild, type System } from '@millrace/bench';
import { choosePort, startServer } from '@millrace/local';
import { connect } from '@restatedev/restate-sdk-clients';
import { type RunService, SERVICE, type Told } from './service.ts';

/** Requests under way at saturation: the most that a connection from Restate to a service has by itself. */
const AT_ONCE = 128;

export const start: System = async (work, { dataDir, cpuProfiles }, ending) => {
  const { adminUrl, ingressUrl } = await startRestate(dataDir, ending);
  const told: Told = { work };
  const env = { RESTATE_LOGGING: 'ERROR' };
  const endpoint = ending.use(startChild(new URL('./endpoint.ts', import.meta.url), { told, env, cpuProfiles }));
  const registered = await fetch(`${adminUrl}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${String(await endpoint.said)}` }),
  });
  if (!registered.ok) throw new Error(`Restate did not take the service: ${await registered.text()}`);
  const service = connect({ url: ingressUrl }).serviceClient<RunService>({ name: SERVICE });
  return requesting(AT_ONCE, (run) => service.run(payloadOf(work, run)));
};

/** A node as it is by default: a replicated log with one replica, which is synced to disk. */
async function startRestate(dataDir: string, ending: AsyncDisposableStack) {
  const [port, adminPort, ingressPort] = [await choosePort(0), await choosePort(0), await choosePort(0)];
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const ingressUrl = `http://127.0.0.1:${ingressPort}`;
  const server = await startServer({
    name: 'Restate',
    port: ingressPort,
    dataDir,
    process: {
      command: program(),
      args: ['--no-logo', '--base-dir', dataDir],
      logFile: join(dataDir, 'restate.log'),
      cwd: dataDir,
      env: {
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_BIND_IP: '127.0.0.1',
        RESTATE_BIND_PORT: String(port),
        RESTATE_ADMIN__BIND_PORT: String(adminPort),
        RESTATE_INGRESS__BIND_PORT: String(ingressPort),
        RESTATE_LOG_FILTER: 'warn',
        RESTATE_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: '1',
      },
    },
    ready: async () => (await answers(`${adminUrl}/health`)) && answers(`${ingressUrl}/restate/health`),
  });
  ending.use(server);
  return { adminUrl, ingressUrl };
}

const program = (): string =>
  createRequire(import.meta.resolve('@restatedev/restate-server/package.json')).resolve(
    `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  );

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
