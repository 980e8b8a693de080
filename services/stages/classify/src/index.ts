export { config, providers } from './config.js';
export { classify } from './contract.js';
export { ClassifyStage } from './classify.stage.js';
