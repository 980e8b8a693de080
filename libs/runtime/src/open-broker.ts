import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import type { GroupMember } from '@millrace/broker-kafka';
import type { Telemetry } from '@millrace/telemetry';
import type { ServiceSettings } from './settings/config.js';
import { kafkaMetrics } from './health/kafka-metrics.js';

/** The broker that the settings name. What is not used is not loaded. */
export async function openBroker(
  settings: ServiceSettings,
  { log, meters }: Telemetry,
  onMember: (member: GroupMember) => void = () => undefined,
): Promise<Broker> {
  if (settings.kafka === undefined) {
    const { embeddedBroker } = await import('@millrace/broker-embedded');
    return embeddedBroker({ dir: join(settings.dataDir, 'log'), log });
  }
  const { kafkaBroker } = await import('@millrace/broker-kafka');
  return kafkaBroker({
    ...settings.kafka,
    handOverMs: settings.drainMs,
    transactionalIdPrefix: settings.topicPrefix.replace(/\.$/, ''),
    log: (level, message, fields) => log[level](fields, message),
    onMember,
    onMetric: kafkaMetrics(meters),
  });
}
