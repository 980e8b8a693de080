export { listIn } from './children/children.js';
export { commandOf } from './decide/command.js';
export { accept, acceptChild, acceptReplay, decide, fitsReplay } from './decide/decide.js';
export { MAX_MAP_ITEMS } from './children/items.js';
export { inputFor, type AttemptRequest } from './decide/attempts.js';
export { contradictionOf } from './decide/contradiction.js';
export type { Decision } from './decide/decision.js';
export { type CarryingEvent, fitting, type RecordLimits } from './decide/fitting.js';
export { type Implied, impliedBy } from './decide/implied.js';
export { type LoadFacts, withLists } from './children/long-lists.js';
export {
  type CacheableOutput,
  type CachedOutput,
  type CacheChanges,
  cacheChangesOf,
  type CacheLookup,
  type LookedUp,
  type LookupPlace,
} from './run/cache-changes.js';
export type { Contracts } from './decide/draft.js';
export { isLookedUp } from './decide/lookup.js';
export { heardSignals } from './run/heard.js';
export { holdChangesOf, type HoldChanges, type HoldRequest, holdWanted, withHold } from './run/holds.js';
export { withSlot, slotChangesOf, slotWanted } from './run/slots.js';
export { type Move, moveOf, type MoveTarget } from './run/move.js';
export type { StagePauses } from './run/pausing.js';
export { evolve } from './run/evolve.js';
export { type Rested, type Run, stepOf, type StepState } from './run/run.js';
export { standingOf } from './run/standing.js';
export { MOST_KEPT } from './run/waiting.js';
export { wakeAtOf } from './run/timers.js';
export { LONG_BACK_OFF_MS, type RunTrace, runTraceOf } from './trace.js';
