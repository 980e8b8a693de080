export { listIn, traceOf } from './children.js';
export { commandOf } from './command.js';
export { accept, acceptChild, decide } from './decide.js';
export type { Decision, Request } from './deciding.js';
export { type Load, withLists } from './long-lists.js';
export { type Move, moveOf, type Target } from './move.js';
export { evolve } from './evolve.js';
export { type Run, stepOf, type StepState } from './run.js';
export { wakeAtOf } from './timers.js';
