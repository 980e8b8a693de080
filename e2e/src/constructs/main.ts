// All stages of the constructs' pipelines, in a process of their own.
import { serveStages } from '@millrace/stage';
import { STAGES } from './stages.js';

await serveStages('constructs', () => STAGES);
