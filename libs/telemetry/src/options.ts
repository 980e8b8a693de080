import type { Sampling } from './sampling.js';

export interface TelemetryOptions {
  /** `service.name` of spans and metrics, `service` of log lines. */
  readonly service: string;
  readonly version?: string | undefined;
  /** The URL of an OTLP receiver over HTTP, e.g. http://localhost:4318. Without it no span is made and no metric is pushed. */
  readonly otlpEndpoint?: string | undefined;
  /** The traces that are kept; by default all that their callers keep. */
  readonly sampling?: Sampling | undefined;
  /** `fatal`, `error`, `warn`, `info` (default), `debug`, `trace` or `silent`. */
  readonly logLevel?: string | undefined;
  /** Lines for people instead of JSON. */
  readonly logPretty?: boolean | undefined;
  /** The stream for log lines, instead of standard output. */
  readonly logTo?: { write(line: string): void } | undefined;
  /** More resource attributes, e.g. `deployment.environment.name`. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}
