export { config, providers } from './config.js';
export { draft } from './contract.js';
export { DraftStage } from './draft.stage.js';
