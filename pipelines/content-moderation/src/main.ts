import { serveStages } from '@millrace/stage';
import { stages } from './stages/index.js';

await serveStages('content-moderation', stages);
