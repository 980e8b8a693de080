export {
  kafkaSettings,
  KafkaSettingsError,
  type GroupMember,
  type KafkaSettings,
  type Log,
  type Metric,
  type Sasl,
} from './config.js';
export { kafkaBroker } from './kafka-broker.js';
export { leaveGroups } from './leave-groups.js';
