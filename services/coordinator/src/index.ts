export { keepQuotas } from './models/keep-quotas.js';
export { CoordinatorConfig } from './config.js';
export { startCoordinator } from './coordinator.js';
export type { CoordinatorOptions } from './sources/saga.js';
