/** Pauses between tries that grow: the first, then `factor` times as long after each failure, up to the longest. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Default 2. */
  readonly factor?: number;
}

/** Returns the milliseconds to wait after so many failures in a row, the first failure being 1. */
export const backOffMs = ({ firstMs, longestMs, factor = 2 }: BackOff, failures: number): number =>
  Math.min(longestMs, firstMs * factor ** (failures - 1));
