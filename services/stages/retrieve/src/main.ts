import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { RetrieveStage } from './retrieve.stage.js';

await serveStage(RetrieveStage, { config, providers });
