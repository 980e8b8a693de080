export { embeddedBroker, type EmbeddedOptions } from './embedded-broker.js';
export type { LogLines } from './settings.js';
