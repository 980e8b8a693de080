import type { Broker } from '@millrace/broker';
import * as embedded from '@millrace/broker-embedded';
import * as kafka from '@millrace/broker-kafka';

// The brokers as this library needs them.
type Level = 'debug' | 'info' | 'warn' | 'error';
export interface KafkaAccess {
  readonly brokers: readonly string[];
  readonly clientId: string;
}
interface Brokers {
  kafkaSettings(env: Readonly<Record<string, string | undefined>>): KafkaAccess;
  kafkaBroker(
    settings: KafkaAccess & {
      transactionalIdPrefix: string;
      log: (level: Level, message: string, fields: Readonly<Record<string, unknown>>) => void;
    },
  ): Broker | Promise<Broker>;
  embeddedBroker(settings: { dir: string }): Broker | Promise<Broker>;
}
export const brokers = { ...embedded, ...kafka } as unknown as Brokers;
