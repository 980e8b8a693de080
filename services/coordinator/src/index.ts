export { keepQuotas } from './models/keep-quotas.js';
export { cacheOf, CoordinatorConfig, retentionOf, webhookPair, webhooksOf } from './config.js';
export { RetentionLoop } from './retention/retention-loop.js';
export { RetentionRules } from './retention/rules.js';
export { startCoordinator } from './coordinator.js';
export type { CoordinatorOptions } from './sources/saga.js';
