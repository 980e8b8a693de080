import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { ComplyStage } from './comply.stage.js';

await serveStage(ComplyStage, { config, providers });
