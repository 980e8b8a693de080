export { type Followed, type MemoryRun, RUN_RULES, type RunRules, RunsInMemory } from './memory/runs-in-memory.js';
export { scriptedAnswer } from './memory/scripted-stage.js';
export { OutputsInMemory } from './memory/outputs-in-memory.js';
export { HoldsInMemory } from './memory/holds-in-memory.js';
