export {
  documentPlan,
  parsePipeline,
  pipelineYaml,
  type Position,
  positionsIn,
  type YamlSource,
  YamlError,
  type YamlProblem,
} from './document.js';
export { pipelineSchema } from './published.js';
