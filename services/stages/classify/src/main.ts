import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { ClassifyStage } from './classify.stage.js';

await serveStage(ClassifyStage, { config, providers });
