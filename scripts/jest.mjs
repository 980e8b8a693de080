// Jest with ES modules; see jest.config.mjs for the projects.
import { runOnNode } from './node.mjs';

process.argv[2] ??= '--selectProjects';
runOnNode([
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  ...process.argv.slice(2),
]);
