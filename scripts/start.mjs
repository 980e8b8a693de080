// `npm start`: builds what changed, then runs all of Millrace in this process.
import { buildIfChanged } from './build.mjs';

// Until Millrace runs and ends in its own way, it ends at once with whoever started it.
const startedByIsGone = () => process.exit(1);
process.on('disconnect', startedByIsGone);

const failed = buildIfChanged();
if (failed) process.exit(failed);
await import('../services/standalone/dist/main.js');
process.off('disconnect', startedByIsGone);
