// Jest with ES modules; the first argument is one of the projects in jest.config.mjs.
import { runOnNode } from './node.mjs';

const [project, ...rest] = process.argv.slice(2);
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
runOnNode([...jest, ...rest, '--selectProjects', project]);
