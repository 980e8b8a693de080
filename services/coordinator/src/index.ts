export { CoordinatorConfig } from './config.js';
export type { Brought } from './deployments.js';
export { type CoordinatorOptions, startCoordinator } from './coordinator.js';
export { loadPipelines } from './pipelines.js';
