export { type Asked, type Clock, type StartOptions, type TestEngine, testEngine } from './engine.js';
export { TestingError, type TestingErrorCode } from './errors.js';
export { fake, type Work } from './fake.js';
export type { Crash } from './faults.js';
export { type AskOptions, type StageAnswer, type StageTest, stageTest } from './stage-test.js';
export type { Act, TestRun, TestStep } from './test-run.js';
