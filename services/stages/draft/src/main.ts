import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { DraftStage } from './draft.stage.js';

await serveStage(DraftStage, { config, providers });
