// What the systems in ../peers stand on.
export { beChild, startChild } from './child.js';
export { Client, requesting } from './client.js';
export { givenServers } from './config.js';
export type { Surroundings, System } from './system.js';
export type { Work } from './works.js';
export { beside, payloadOf, resultOf, runOf } from './works.js';
