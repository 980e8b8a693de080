export type { Run, StepState } from './run.js';
