export { type SignalMatching, signalMatchingSuite } from './conformance/signal-matching.js';
export { type OutputCache, outputCacheSuite } from './conformance/output-cache.js';
