import type { LoggerService } from '@nestjs/common';
import type { Log } from '@millrace/telemetry';
import { logHere } from '../work/scope.js';

/** The contexts under which Nest logs its own start. */
const ITS_OWN = new Set([
  'NestFactory',
  'InstanceLoader',
  'NestMicroservice',
  'NestApplication',
  'RoutesResolver',
  'InjectorLogger',
]);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * Nest's logger on ours: one line of JSON each, with the run's trace id inside a handler. Nest has one logger for the whole
 * process, so where several stages share it a line goes to the log of the work it is said in.
 */
export function nestLogger(otherwise: Log): LoggerService {
  const at =
    (level: Level) =>
    (message: unknown, ...more: unknown[]): void => {
      const last = more.at(-1);
      const context = typeof last === 'string' && !last.includes('\n') ? last : undefined;
      // How an attempt failed is said once, without what it was about, by whoever answers it.
      if (context === 'RpcExceptionsHandler') return;
      const heard = level === 'info' && context !== undefined && ITS_OWN.has(context) ? 'debug' : level;
      const error = [message, ...more].find((part) => part instanceof Error);
      const text =
        message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message);
      (logHere() ?? otherwise)[heard](
        { ...(context !== undefined && { context }), ...(error && { err: error }) },
        text,
      );
    };
  return {
    log: at('info'),
    error: at('error'),
    warn: at('warn'),
    debug: at('debug'),
    verbose: at('trace'),
    fatal: at('fatal'),
  };
}
