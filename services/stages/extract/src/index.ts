export { config, providers } from './config.js';
export { extract } from './contract.js';
export { ExtractStage } from './extract.stage.js';
