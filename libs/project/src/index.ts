import '@millrace/contracts/node-version';

export { type ConfiguredStage, defineConfig, type ProjectConfig, type StageEntry } from './define-config.js';
export { type Build, findProject, type FoundProject } from './find-project.js';
export { loadPipelines, type PipelineSource } from './pipelines.js';
export { openProject, type Project, type ProjectOptions } from './project.js';
export { ProjectError } from './project-error.js';
export { type LoadedStages, loadStages } from './stages.js';
export { readHttpStages } from './http-stages.js';
