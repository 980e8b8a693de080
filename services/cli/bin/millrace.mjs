#!/usr/bin/env node
// The command line, on a Node that Millrace supports; built first where it never was.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodePath, runOnNode } from '../../../scripts/node.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const main = path('../dist/main.js');

if (!existsSync(main)) {
  // Standard output is for data.
  const built = spawnSync(nodePath(), [path('../../../scripts/build.mjs'), 'services/cli'], {
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
runOnNode([main, ...process.argv.slice(2)]);
