export { type CoordinatorOptions, startCoordinator } from './coordinator.js';
export { loadPipelines } from './pipelines.js';
