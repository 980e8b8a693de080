export { config, providers } from './config.js';
export { comply } from './contract.js';
export { ComplyStage } from './comply.stage.js';
