export { ATTRIBUTE, type AttributeName, type AttributeValue, type SpanAttributes } from './attributes.js';
export type { Log } from './log.js';
export type { Counter, Histogram, Labels, Meters, Read, Reading } from './meters.js';
export { NO_SPANS } from './open-spans.js';
export { redact } from './redact.js';
export type { SpanContext, SpanKind, SpanRecord, Spans } from './spans.js';
export { type Telemetry, telemetry, type TelemetryOptions } from './telemetry.js';
