export { config, providers } from './config.js';
export { retrieve } from './contract.js';
export { RetrieveStage } from './retrieve.stage.js';
