import '@millrace/contracts/node-version';
export {
  type StageCall,
  type Clock,
  type PublishOptions,
  type StartOptions,
  type TestEngine,
  testEngine,
} from './engine.js';
export { TestingError, type TestingErrorCode } from './errors.js';
export { historyOf } from './history.js';
export { stage as fake, type StageHandler as Work } from '@millrace/stage';
export type { Crash } from './faults.js';
export { type AskOptions, type StageAnswer, type StageTest, stageTest } from './stage-test.js';
export type { DeadRecord } from './machine.js';
export type { Act, ReviewStanding, TestRun, TestStep } from './test-run.js';
