import { DEFAULT_TOPIC_PREFIX } from '@millrace/contracts';

/** Topics of other systems: one whose records begin runs, one whose records answer steps. */
export interface ForeignTopics {
  readonly feed: string;
  readonly answers: string;
}

/** Each installation has its own, as it has its own topics. */
export const foreignTopicsOf = (prefix: string = DEFAULT_TOPIC_PREFIX): ForeignTopics => ({
  feed: `${prefix}fuzz.feed`,
  answers: `${prefix}fuzz.answers`,
});
