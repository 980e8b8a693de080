import { once } from 'node:events';
import { basename, sep } from 'node:path';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and a person saves several files at once. */
const QUIET_MS = 150;
const SOURCE = /\.(?:[mc]?[tj]s|json|ya?ml|csv|env)$/;

/** Watches the sources of a project: all but what is installed, built, hidden or data. Resolves when all of them are watched. */
export async function watchSources(
  { folder, dataDir }: { folder: string; dataDir: string },
  changed: (paths: readonly string[]) => void,
): Promise<AsyncDisposable> {
  const isIgnored = (path: string) => {
    if (path === folder) return false;
    const name = basename(path);
    return (
      name === 'node_modules' ||
      name === 'dist' ||
      name.startsWith('.') ||
      `${path}${sep}`.startsWith(`${dataDir}${sep}`)
    );
  };
  let paths = new Set<string>();
  let quiet: Timer | undefined;
  const watcher = watch(folder, { ignored: isIgnored, ignoreInitial: true });
  watcher.on('all', (event, path) => {
    if (event.endsWith('Dir') || !SOURCE.test(path)) return;
    paths.add(path);
    quiet?.stop();
    quiet = startTimer(QUIET_MS, () => {
      const all = [...paths];
      paths = new Set();
      changed(all);
    });
  });
  await once(watcher, 'ready');
  return {
    [Symbol.asyncDispose]: async () => {
      quiet?.stop();
      await watcher.close();
    },
  };
}
