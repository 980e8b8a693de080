export { CoordinatorConfig } from './config.js';
export { type CoordinatorOptions, startCoordinator } from './coordinator.js';
