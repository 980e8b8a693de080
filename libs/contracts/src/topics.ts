/** The topics of one installation; what travels on each is in `records.ts`. */
export interface Topics {
  readonly intake: string;
  readonly runs: string;
  readonly results: string;
  readonly deadLetters: string;
  readonly plans: string;
  /** What every service must hear about runs under way (cancellations), keyed by run id. */
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
    plans: `${prefix}plans`,
    control: `${prefix}control`,
    stage: (name) => `${prefix}stage.${name}`,
  };
}

/** Consumer groups, one for each topic that is taken from. */
export const groupsOf = (prefix: string = DEFAULT_TOPIC_PREFIX) => ({
  intake: `${prefix}coordinator.intake`,
  runs: `${prefix}coordinator.runs`,
  deadLetters: `${prefix}coordinator.dead-letters`,
  stage: (name: string) => `${prefix}stage.${name}`,
});
