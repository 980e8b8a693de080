import { destination, type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { prettyTo } from './pretty.js';
import { redactLine } from './redact.js';
import type { TelemetryOptions } from './options.js';

/** JSON lines on standard output. What looks like a secret is cut out, whatever field it stands in. */
export type Log = Logger;

export function openLog(options: TelemetryOptions): Log {
  const to: DestinationStream = options.logTo ?? destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.logLevel ?? 'info',
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      hooks: { streamWrite: redactLine },
    },
    options.logPretty === true ? prettyTo(to) : to,
  );
}
