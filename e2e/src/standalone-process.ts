import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.js';
import { ROOT, Service } from './processes.js';

export const STANDALONE = 'services/standalone/dist/main.js';

/** All of Millrace in one process of its own, on data of its own. */
export interface StandaloneProcess extends AsyncDisposable {
  readonly dataDir: string;
  readonly service: Service;
  readonly api: Api;
  /** The names of the mails that were sent. */
  outbox(): Promise<readonly string[]>;
}

/** Starts it with these settings beyond its own, in the folder of a project. */
export async function startStandalone(settings: NodeJS.ProcessEnv = {}, project = ROOT): Promise<StandaloneProcess> {
  build();
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-standalone-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const env = { MILLRACE_DATA: dataDir, ...settings };
  const service = opening.use(await Service.start('standalone', { file: STANDALONE, env, cwd: project }));
  await service.ready();
  const opened = opening.move();
  return {
    dataDir,
    service,
    api: new Api(service.url),
    outbox: async () =>
      (await readdir(join(dataDir, 'outbox')).catch(() => [])).filter((name) => name.endsWith('.eml')),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Brings `dist` up to date, which is quick where nothing changed. */
export function build(): void {
  const args = ['scripts/build.mjs', '--if-changed'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
}
