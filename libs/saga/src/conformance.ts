export { type SignalMatching, signalMatchingSuite } from './conformance/signal-matching.js';
