// What the systems in ../peers stand on.
export { beChild, startChild } from './child.js';
export { BenchClient, requesting } from './client.js';
export { givenServers } from './config.js';
export { programPath } from './peers.js';
export type { BenchContext, System } from './system.js';
export type { Workload } from './works.js';
export { beside, payloadOf, resultOf, runOf } from './works.js';
