import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { ExtractStage } from './extract.stage.js';

await serveStage(ExtractStage, { config, providers });
