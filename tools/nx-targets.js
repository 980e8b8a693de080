// Gives every project with a tsconfig.json the same three targets, so that no project has to list them.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const run = 'node scripts/node.mjs';

export const createNodesV2 = [
  '{libs,services,pipelines,bench,examples}/**/tsconfig.json',
  (files, _options, { workspaceRoot }) =>
    files.flatMap((file) => {
      const root = dirname(file);
      // Folders of sources that are no package: peers of the benchmark, the template of a project.
      if (!existsSync(join(workspaceRoot, root, 'package.json'))) return [];
      const command = (command) => ({ executor: 'nx:run-commands', options: { command } });
      const targets = {
        build: command(`${run} node_modules/typescript-native/bin/tsc -b ${root}`),
        lint: command(`${run} node_modules/eslint/bin/eslint.js ${root}`),
        test: command(`${run} scripts/jest.mjs unit --passWithNoTests ${root}/`),
      };
      return [[file, { projects: { [root]: { root, targets } } }]];
    }),
];
