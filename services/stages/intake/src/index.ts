export { intake } from './contract.js';
export { IntakeStage } from './intake.stage.js';
