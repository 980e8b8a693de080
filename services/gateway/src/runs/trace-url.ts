/** Returns a function that gives the URL at which Jaeger shows a trace; undefined where Jaeger’s address is not set. */
export const traceUrlOf =
  (jaegerUrl: string | undefined) =>
  (traceId: string): string | undefined =>
    jaegerUrl && `${jaegerUrl.replace(/\/+$/, '')}/trace/${traceId}`;
