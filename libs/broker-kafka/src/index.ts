export {
  kafkaSettings,
  KafkaSettingsError,
  type GroupMember,
  type KafkaSettings,
  type LogFunction,
  type Metric,
  type Sasl,
} from './config.js';
export { kafkaBroker } from './kafka-broker.js';
export { leaveGroups } from './ownership/leave-groups.js';
