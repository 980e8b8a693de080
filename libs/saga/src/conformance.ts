export { type SignalMatching, signalMatchingSuite } from './conformance/signal-matching.js';
export { type OutputCache, outputCacheSuite } from './conformance/output-cache.js';
export { type HoldLines, holdLineSuite } from './conformance/hold-lines.js';
