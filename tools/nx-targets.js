// Gives every project with a tsconfig.json the same three targets, so that no project has to list them.
import { dirname } from 'node:path';

const run = 'node scripts/node.mjs';

export const createNodesV2 = [
  '{libs,services,pipelines,bench}/**/tsconfig.json',
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      const command = (command) => ({ executor: 'nx:run-commands', options: { command } });
      const targets = {
        build: command(`${run} node_modules/typescript-native/bin/tsc -b ${root}`),
        lint: command(`${run} node_modules/eslint/bin/eslint.js ${root}`),
        test: command(`${run} scripts/jest.mjs unit --passWithNoTests ${root}/`),
      };
      return [file, { projects: { [root]: { root, targets } } }];
    }),
];
