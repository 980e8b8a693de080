import type { KafkaSettings } from '@millrace/broker-kafka';
import type { Meters } from '@millrace/telemetry';

type OnMetric = NonNullable<KafkaSettings['onMetric']>;

/** Returns a listener that turns what the Kafka broker counts into metrics. Its backlog is not among them: `millrace_backlog` asks for it when it is collected. */
export function kafkaMetrics(meters: Meters): OnMetric {
  const commits = meters.histogram<'topic'>('millrace_commit_duration_seconds', 'Duration of Kafka transactions.');
  const committed = meters.counter<'topic'>('millrace_committed_records_total', 'Records finished and committed.');
  const takeovers = meters.counter<'topic'>(
    'millrace_partition_takeovers_total',
    'Partitions taken over from another owner.',
  );
  const full = meters.counter<'topic'>(
    'millrace_window_full_total',
    'Times that one unfinished record held up its partition.',
  );
  const damaged = meters.counter<'topic'>(
    'millrace_damaged_batches_total',
    'Record batches in Kafka that could not be read and were passed over.',
  );
  return (metric) => {
    const labels = { topic: metric.topic };
    if (metric.name === 'commit') {
      commits.record(metric.ms / 1_000, labels);
      committed.add(metric.records, labels);
    } else if (metric.name === 'damaged') damaged.add(1, labels);
    else if (metric.name === 'takeover') takeovers.add(1, labels);
    else if (metric.name === 'window-full') full.add(1, labels);
  };
}
