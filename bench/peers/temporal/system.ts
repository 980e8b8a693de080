// A run is a workflow, its steps are activities; the worker is in a process of its own.
import { join } from 'node:path';
import { givenServers, payloadOf, programPath, requesting, startChild, type System } from '@millrace/bench';
import { choosePort, startServer } from '@millrace/local';
import { Client, Connection } from '@temporalio/client';
import type { Told } from './worker.ts';
import type { run as workflow } from './workflows.ts';

/** Workflows under way at saturation. */
const AT_ONCE = 100;

export const start: System = async (work, { name, dataDir, cpuProfiles }, ending) => {
  const address = givenServers().TEMPORAL_ADDRESS ?? (await startTemporal(dataDir, ending));
  const told: Told = { address, taskQueue: name };
  await ending.use(startChild(new URL('./worker.ts', import.meta.url), { told, cpuProfiles })).said;
  const connection = await Connection.connect({ address });
  ending.defer(() => connection.close());
  const client = new Client({ connection });
  return requesting(AT_ONCE, (run) =>
    client.workflow.execute<typeof workflow>('run', {
      args: [work, payloadOf(work, run)],
      taskQueue: name,
      workflowId: `${name}-${run}`,
    }),
  );
};

/** The server that comes with the CLI, keeping its runs in a file. */
async function startTemporal(dataDir: string, ending: AsyncDisposableStack): Promise<string> {
  const port = await choosePort(0);
  const address = `127.0.0.1:${port}`;
  const file = join(dataDir, 'temporal.db');
  const server = await startServer({
    name: 'Temporal',
    port,
    dataDir,
    process: {
      command: programPath('temporal')!,
      args: ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--db-filename', file],
      logFile: join(dataDir, 'temporal.log'),
      cwd: dataDir,
    },
    ready: () => answers(address),
  });
  ending.use(server);
  return address;
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
