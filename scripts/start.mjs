// `npm start`: compiles what changed, then runs all of Millrace in this process.
import { buildForStart } from './build.mjs';

// Until Millrace runs and ends in its own way, it ends at once with whoever started it.
const startedByIsGone = () => process.exit(1);
process.on('disconnect', startedByIsGone);

try {
  buildForStart();
} catch (error) {
  console.error(`Millrace cannot be compiled: ${error.message}`);
  process.exit(1);
}
console.log('Starting the services …');
await import('../services/standalone/dist/main.js');
process.off('disconnect', startedByIsGone);
