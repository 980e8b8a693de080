export { config, providers } from './config.js';
export { route } from './contract.js';
export { RouteStage } from './route.stage.js';
