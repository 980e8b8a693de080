export { type Cancellations, followCancellations } from './cancellations.js';
export { processEnv, type ServiceSettings, serviceSettings } from './config.js';
export { ConfigError, type ConfigProblem, type Env, readAll, readSettings } from './config-error.js';
export { type Health, type HealthServer, healthServer } from './health-server.js';
export { ensureStageTopics, type Given, type House, openHouse } from './house.js';
export { followLimits, type Limits } from './limits.js';
export { followPlans, type Plans } from './plans.js';
export { type Running, serve, type ServeOptions, type Start, type Starting } from './serve.js';
export { untilReached } from './until-reached.js';
