// Gives every project with a tsconfig.json the same three targets, so that no project has to list them.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const run = 'node scripts/node.mjs';

/** Also bundles the console into the files that the gateway serves. */
const CONSOLE = (compiles) => ({
  executor: 'nx:run-commands',
  options: { commands: [compiles, `${run} scripts/console.mjs`], parallel: false },
  outputs: ['{projectRoot}/dist', '{workspaceRoot}/services/gateway/public/console'],
});

export const createNodesV2 = [
  '{libs,services,pipelines,bench,examples}/**/tsconfig.json',
  (files, _options, { workspaceRoot }) =>
    files.flatMap((file) => {
      const root = dirname(file);
      // Folders of sources that are no package: peers of the benchmark, the template of a project.
      if (!existsSync(join(workspaceRoot, root, 'package.json'))) return [];
      const command = (command) => ({ executor: 'nx:run-commands', options: { command } });
      const compiles = `${run} node_modules/typescript-native/bin/tsc -b ${root}`;
      const targets = {
        build: root === 'services/console' ? CONSOLE(compiles) : command(compiles),
        lint: command(`${run} node_modules/eslint/bin/eslint.js ${root}`),
        test: command(`${run} scripts/jest.mjs unit --passWithNoTests ${root}/`),
      };
      return [[file, { projects: { [root]: { root, targets } } }]];
    }),
];
