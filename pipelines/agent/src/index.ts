export { agent, research } from './agent.js';
