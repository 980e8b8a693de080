import '@millrace/contracts/node-version';
export { defineStage, type In, type Out, type StageContract } from '@millrace/pipeline';
export { stage, type StageHandler } from './function-stage.js';
export { failureOf, StageFailure, type StageFailureOptions } from './failure.js';
export { type AnyStage, contractOf, type Handles, Stage, type StageClass } from './stage.decorator.js';
export type { StageRun } from './stage-run.js';
export { runHere } from './scope.js';
export { serveStage, type ServeStageOptions, startStage, type StageOptions } from './start-stage.js';
export { refuseTwice, serveStages, type StageGiven, stageNameOf, startStages } from './start-stages.js';
