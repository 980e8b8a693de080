import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import type { Telemetry } from '@millrace/telemetry';
import * as embedded from '@millrace/broker-embedded';
import type { ServiceSettings } from './config.js';
import { kafkaMetrics } from './kafka-metrics.js';

/** The broker that the settings name. What is not used is not loaded. */
export async function openBroker(settings: ServiceSettings, { log, meters }: Telemetry): Promise<Broker> {
  if (settings.kafka === undefined) {
    const { embeddedBroker } = embedded as unknown as { embeddedBroker(of: { dir: string }): Broker | Promise<Broker> };
    return embeddedBroker({ dir: join(settings.dataDir, 'log') });
  }
  const { kafkaBroker } = await import('@millrace/broker-kafka');
  return kafkaBroker({
    ...settings.kafka,
    transactionalIdPrefix: settings.topicPrefix,
    log: (level, message, fields) => log[level](fields, message),
    onMetric: kafkaMetrics(meters),
  });
}
