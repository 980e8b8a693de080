import '@millrace/contracts/node-version';
export { type Cancellations, followCancellations } from './followers/cancellations.js';
export { follow } from './followers/follow.js';
export { processEnv, ServiceEnvironment, type ServiceSettings, serviceSettings } from './settings/config.js';
export { ConfigError, type ConfigProblem, type Env, readAll, readSettings } from './settings/config-error.js';
export { flag, readOptions, UsageError, wholeNumber } from './settings/options.js';
export { followContracts, type StageContracts } from './followers/stage-contracts.js';
export { type Health, type HealthServer, healthServer } from './health/health-server.js';
export { type Refusal, refusalOf, type Site, SITE_HEADERS } from './http-guard.js';
export { ensureStageTopics, type RuntimeOptions, type Runtime, openRuntime } from './runtime.js';
export { followLimits, type Limits } from './followers/limits.js';
export { blamesRecord, parkingOf, tellParked, unprocessable } from './parking.js';
export { followModelLedger, followModels, type ModelLedger, type ModelSettings } from './followers/models.js';
export { followPauses, type Pauses } from './followers/pauses.js';
export { keepPrivate } from './private-data.js';
export { followPlans, type FollowedPlans } from './followers/plans.js';
export { connected, type Running, serve, type ServeOptions, type Start, type Starting } from './serve.js';
export { messagingSystemOf, stepAttributes } from './span-attributes.js';
export { standstillOf } from './health/standstill.js';
export {
  comparePartition,
  comparePartitions,
  decidedTopics,
  standingReason,
  StoreBehind,
} from './health/store-standing.js';
export { untilReached } from './followers/until-reached.js';
