/** A logger for what goes wrong: a pino logger fits. No payload is ever in it. */
export interface LogLines {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogSettings {
  readonly dir: string;
  readonly fsync: boolean;
  readonly maxRecordBytes: number;
  readonly keepMs: number;
  readonly keepBytes: number;
  readonly segmentBytes: number;
  readonly cacheBytes: number;
  readonly log: LogLines | undefined;
}
