export { type ConfiguredStage, defineConfig, type ProjectConfig, type StageEntry } from '@millrace/project/config';
