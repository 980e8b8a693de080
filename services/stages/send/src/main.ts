import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { SendStage } from './send.stage.js';

await serveStage(SendStage, { config, providers });
