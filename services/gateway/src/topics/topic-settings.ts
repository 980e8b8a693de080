/** The settings for what the gateway shows of topics. */
export interface TopicSettings {
  /** Names of topics beside those of this installation. */
  readonly shownTopics: readonly string[];
  /** `hidden`: keys, values and headers of records are shown to nobody. */
  readonly recordContent: 'shown' | 'hidden';
}
