import { serveStages } from '@millrace/stage';
import { stages } from './stages/index.js';

await serveStages('invoice-processing', stages);
