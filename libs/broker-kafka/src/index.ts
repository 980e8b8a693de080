export { kafkaSettings, KafkaSettingsError, type KafkaSettings, type Log, type Metric, type Sasl } from './config.js';
export { kafkaBroker } from './kafka-broker.js';
