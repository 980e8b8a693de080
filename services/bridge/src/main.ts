import { serveStages } from '@millrace/stage';
import { bridgeStages } from './bridge.js';

await serveStages('bridge', bridgeStages);
