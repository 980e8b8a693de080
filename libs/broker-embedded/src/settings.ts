import type { LogLines } from './embedded-broker.js';

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
