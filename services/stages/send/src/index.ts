export { config, providers } from './config.js';
export { send } from './contract.js';
export { SendStage } from './send.stage.js';
