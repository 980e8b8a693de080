// `npm start`: builds what changed, then runs all of Millrace in this process.
import { build } from './build.mjs';

const failed = build();
if (failed) process.exit(failed);
await import('../services/standalone/dist/main.js');
