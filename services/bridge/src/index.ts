export { bridgeStages } from './bridge.js';
