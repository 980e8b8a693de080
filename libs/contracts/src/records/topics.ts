/** The topics of one installation; what travels on each is in `records.ts`. */
export interface Topics {
  readonly intake: string;
  readonly runs: string;
  readonly results: string;
  readonly deadLetters: string;
  /** Outcomes: they say what became of runs later, and come from whatever system knows it. */
  readonly outcomes: string;
  readonly plans: string;
  /** Requests to the installation as a whole: plans to deploy, routes, schedules. One partition. */
  readonly deployments: string;
  /** The limits of stages, compacted, keyed by stage. */
  readonly limits: string;
  /** The contract that each stage announces when it starts: compacted, keyed by stage. */
  readonly contracts: string;
  /** Paused runs and stages: compacted, keyed by run or stage. */
  readonly pauses: string;
  /** Quotas, budgets and prices of models: compacted, keyed by what they are for. One partition. */
  readonly models: string;
  /** Calls of models that ask for their turn, and how they ended. One partition: one order, and one who decides. */
  readonly modelCalls: string;
  /** The turns of calls. One partition. */
  readonly modelGrants: string;
  /** The ledger: what was spent, and what quotas have left. Compacted. One partition. */
  readonly modelLedger: string;
  /** The answers of models to steps that are not committed, and the calls that are under way: compacted, keyed by call. */
  readonly modelAnswers: string;
  /** Steps whose text somebody watches. One partition. */
  readonly stepWatches: string;
  /** Parts of the texts of steps that somebody watches. */
  readonly stepTexts: string;
  /** Notices that every service must hear at once: runs cancelled, routes changed. */
  readonly control: string;
  stage(name: string): string;
}

export const DEFAULT_TOPIC_PREFIX = 'millrace.';

export function topicsOf(prefix: string = DEFAULT_TOPIC_PREFIX): Topics {
  return {
    intake: `${prefix}intake`,
    runs: `${prefix}runs`,
    results: `${prefix}results`,
    deadLetters: `${prefix}dead-letters`,
    outcomes: `${prefix}outcomes`,
    plans: `${prefix}plans`,
    deployments: `${prefix}deployments`,
    limits: `${prefix}limits`,
    contracts: `${prefix}contracts`,
    pauses: `${prefix}pauses`,
    models: `${prefix}models`,
    modelCalls: `${prefix}model-calls`,
    modelGrants: `${prefix}model-grants`,
    modelLedger: `${prefix}model-ledger`,
    modelAnswers: `${prefix}model-answers`,
    stepWatches: `${prefix}step-watches`,
    stepTexts: `${prefix}step-texts`,
    control: `${prefix}control`,
    stage: (name) => `${prefix}stage.${name}`,
  };
}

/** Consumer groups, one for each topic that is taken from. */
export const groupsOf = (prefix: string = DEFAULT_TOPIC_PREFIX) => ({
  intake: `${prefix}coordinator.intake`,
  runs: `${prefix}coordinator.runs`,
  deadLetters: `${prefix}coordinator.dead-letters`,
  outcomes: `${prefix}coordinator.outcomes`,
  deployments: `${prefix}coordinator.deployments`,
  modelCalls: `${prefix}coordinator.model-calls`,
  stage: (name: string) => `${prefix}stage.${name}`,
  signals: (topic: string) => `${prefix}signals.${topic}`,
  trigger: (pipeline: string, name: string) => `${prefix}trigger.${pipeline}.${name}`,
});
