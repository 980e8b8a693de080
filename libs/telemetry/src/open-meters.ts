import { type Meter, ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Counter, Histogram, Labels, Meters, ReadGauge } from './meters.js';
import { EXPORT_MS } from './open-spans.js';
import { eventLoopLag, memory } from './process-health.js';

const PUSH_EVERY_MS = 15_000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_200];

export interface OpenMeters extends Meters {
  text(): Promise<string>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Collected when somebody asks; nothing runs in between. */
class OnDemand extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

export function openMeters(options: { resource: Resource; endpoint: string | undefined }): OpenMeters {
  const reader = new OnDemand();
  const provider = new MeterProvider({
    resource: options.resource,
    readers: options.endpoint === undefined ? [reader] : [reader, pushTo(options.endpoint)],
  });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return {
    ...metersFrom(provider.getMeter('millrace')),
    text: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    flush: () => provider.forceFlush().catch(() => undefined),
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function pushTo(endpoint: string): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, timeoutMillis: EXPORT_MS }),
    exportIntervalMillis: PUSH_EVERY_MS,
    exportTimeoutMillis: EXPORT_MS + 500,
  });
}

function metersFrom(meter: Meter): Meters {
  // Counted here and told when asked: the SDK takes the labels apart at each addition.
  const counter = <Name extends string>(name: string, help: string): Counter<Name> => {
    const counts = new Map<string, { value: number; readonly labels: Labels<Name> }>();
    meter.createObservableCounter(name, { description: help }).addCallback((result) => {
      for (const { value, labels } of counts.values()) result.observe(value, labels);
    });
    return {
      add(n, labels) {
        const key = Object.values(labels).join('\n');
        const count = counts.get(key);
        if (count) count.value += n;
        else counts.set(key, { value: n, labels });
      },
    };
  };
  const histogram = <Name extends string>(
    name: string,
    help: string,
    bounds: readonly number[] = SECONDS,
  ): Histogram<Name> =>
    meter.createHistogram(name, {
      description: help,
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: [...bounds] },
    });
  const gauge = <Name extends string>(name: string, help: string, read: ReadGauge<Name>): void =>
    meter.createObservableGauge(name, { description: help }).addCallback(async (result) => {
      for (const { value, labels } of await read()) result.observe(value, labels);
    });
  gauge<'quantile'>('millrace_event_loop_lag_seconds', 'Delay of the event loop since the last reading.', eventLoopLag);
  gauge<'kind'>('millrace_process_memory_bytes', 'Memory of the process.', memory);
  return {
    counter,
    histogram,
    gauge,
    stageAttempts: counter('millrace_stage_attempts_total', 'Attempts of steps, by how they ended.'),
    stageDuration: histogram('millrace_stage_duration_seconds', 'Duration of the stage’s own work.'),
    runs: counter('millrace_runs_total', 'Runs that reached a status.'),
    lookups: counter('millrace_step_lookups_total', 'Lookups of outputs of steps that are reused.'),
    parked: counter(
      'millrace_parked_records_total',
      'Records that could not be read or processed and became dead letters.',
    ),
    passedOver: counter(
      'millrace_passed_over_records_total',
      'Records of plans, limits, pauses, contracts and control passed over.',
    ),
    backlog: (read) => gauge('millrace_backlog', 'Records not finished yet, in flight included.', read),
    inFlight: (read) => gauge('millrace_in_flight', 'Records being handled.', read),
  };
}
