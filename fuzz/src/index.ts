export { type Corpus, recordsFor, TOPIC_NAMES, type TopicName } from './records.js';
