export { accept, decide, type Decision, type Request } from './decide.js';
export { type Move, moveOf, type Target } from './move.js';
export { evolve, type Run, stepOf, type StepState } from './run.js';
export { wakeAtOf } from './timers.js';
