export { embeddedBroker, type EmbeddedOptions, type LogLines } from './embedded-broker.js';
