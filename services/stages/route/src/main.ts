import { serveStage } from '@millrace/stage';
import { config, providers } from './config.js';
import { RouteStage } from './route.stage.js';

await serveStage(RouteStage, { config, providers });
