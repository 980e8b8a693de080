import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import type { Telemetry } from '@millrace/telemetry';
import { brokers } from './brokers.js';
import type { ServiceSettings } from './config.js';

/** The broker that the settings name. What is not used is not loaded. */
export async function openBroker(settings: ServiceSettings, { log }: Telemetry): Promise<Broker> {
  if (settings.kafka === undefined) {
    return brokers.embeddedBroker({ dir: join(settings.dataDir, 'log') });
  }
  return brokers.kafkaBroker({
    ...settings.kafka,
    transactionalIdPrefix: settings.topicPrefix,
    log: (level, message, fields) => log[level](fields, message),
  });
}
