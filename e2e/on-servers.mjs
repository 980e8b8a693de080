import { constants } from 'node:os';
import setup, { teardown } from './setup.mjs';
import { endInstallations } from './dist/installation.js';

/**
 * Runs `work` on the servers of `setup`, and ends the process. Whoever stops it with Ctrl-C or a signal finds nothing left of it either:
 * services and servers are ended first.
 */
export async function onServers(work) {
  const stopped = Promise.withResolvers();
  // npm and our launcher pass the terminal's signal on too, so it comes more than once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.resolve(signal));
  const started = setup();
  const worked = started.then(work).then(() => undefined);
  let code = 0;
  try {
    const signal = await Promise.race([worked, stopped.promise]);
    if (signal !== undefined) code = 128 + constants.signals[signal];
  } catch (error) {
    console.error(error);
    code = 1;
  }
  // Servers that are still starting can only be ended once they have started.
  await started.catch(() => undefined);
  await endInstallations();
  await teardown();
  process.exit(code);
}
