import { kafkaSettings, type KafkaSettings } from '../config.js';

/** The Kafka that integration tests run on. @throws when KAFKA_BROKERS does not name it */
export function testSettings(): KafkaSettings {
  const env = process.env;
  if (!env['KAFKA_BROKERS']) {
    throw new Error(
      'KAFKA_BROKERS is not set: these tests need a real Kafka. `npm run infra` starts one and says where.',
    );
  }
  return { ...kafkaSettings(env), transactionalIdPrefix: 'test', sessionTimeoutMs: 6_000, handOverMs: 2_000 };
}
