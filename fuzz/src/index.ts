export { foreignTopicsOf } from './foreign-topics.js';
export { type Corpus, recordsFor, TOPIC_NAMES, type TopicName } from './records.js';
