import { openProject } from '@millrace/project';
import { serveStages } from '@millrace/stage';

/** Serves stages of a built project in this process, until it is told to stop. */
export async function startStages(folder: string, names: readonly string[]): Promise<void> {
  const project = await openProject({ from: folder, build: 'built' });
  const loaded = await project.stages();
  const [only, ...more] = names;
  await serveStages(only !== undefined && more.length === 0 ? only : 'stages', (env) => loaded.named(names, env));
}
