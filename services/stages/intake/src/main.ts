import { serveStage } from '@millrace/stage';
import { IntakeStage } from './intake.stage.js';

await serveStage(IntakeStage);
