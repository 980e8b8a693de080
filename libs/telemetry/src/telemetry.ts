import { startTimer, type Timer } from '@millrace/contracts/timers';
import { type Log, openLog } from './log.js';
import type { Meters } from './meters.js';
import { openMeters } from './open-meters.js';
import type { TelemetryOptions } from './options.js';
import { EXPORT_MS, NO_SPANS, openSpans } from './open-spans.js';
import { resourcesOf } from './resource.js';
import { sampledBy } from './sampling.js';
import type { Spans } from './spans.js';

/** The spans, metrics and log of one service. Nothing in it is global, so that a process can be many services. */
export interface Telemetry extends AsyncDisposable {
  readonly log: Log;
  readonly spans: Spans;
  readonly meters: Meters;
  /** All metrics in Prometheus's text format. */
  metricsText(): Promise<string>;
  /** Resolves when everything recorded so far has been sent, or could not be. Never rejects. */
  flush(): Promise<void>;
}

/** The time for which closing waits for a collector that does not answer. */
const CLOSE_MS = EXPORT_MS + 1_000;

export function telemetry(options: TelemetryOptions): Telemetry {
  const log = openLog(options);
  const endpoint = options.otlpEndpoint?.replace(/\/+$/, '') || undefined;
  const resources = resourcesOf({ service: options.service, version: options.version, attributes: options.attributes });
  const sampled = sampledBy(options.sampling ?? { sampler: 'parentbased_always_on', ratio: 1 });
  const spans = endpoint === undefined ? NO_SPANS : openSpans({ endpoint, resources, sampled, log });
  const meters = openMeters({ endpoint, resource: resources.process });
  return {
    log,
    spans,
    meters,
    metricsText: () => meters.text(),
    flush: () => within(CLOSE_MS, Promise.all([spans.flush(), meters.flush()])),
    [Symbol.asyncDispose]: () => within(CLOSE_MS, Promise.all([spans.close(), meters.close()])),
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<void>((resolve) => {
    timer = startTimer(ms, resolve);
  });
  await Promise.race([work, late]);
  timer?.stop();
}
