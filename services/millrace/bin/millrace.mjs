#!/usr/bin/env node
// Runs the command line on a Node.js that Millrace supports: this one, else one that is installed as a package.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HEAP_MB, limitHeap } from './heap.mjs';
import { fetchedNode, isAtLeast, nodeIn, nodePackage } from './node.mjs';

const NEEDED_MAJOR = 24;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Returns the program of the package that was installed with Millrace, else the one that a checkout of Millrace fetched. */
function otherNode() {
  try {
    return nodeIn(dirname(createRequire(import.meta.url).resolve(`${nodePackage}/package.json`)));
  } catch {
    return fetchedNode();
  }
}

if (!existsSync(main))
  refuse(
    'Millrace is not built yet. Run "npm run build" in its repository, or "npm start", which builds and starts it.',
  );
if (isAtLeast(NEEDED_MAJOR, 0)) {
  if (process.argv[2] === 'start') limitHeap(HEAP_MB.service);
  nodeModule.enableCompileCache();
  await import('../dist/main.js');
} else {
  const node = otherNode();
  if (node === undefined)
    refuse(
      `Millrace needs Node.js ${NEEDED_MAJOR} or newer; this is ${process.versions.node}. Install it from ` +
        `https://nodejs.org or with a version manager, e.g. "nvm install ${NEEDED_MAJOR}", and start again.`,
    );
  const env = { ...process.env };
  delete env.MILLRACE_NODE;
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
