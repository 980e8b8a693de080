export interface CallOutcome {
  readonly outcome: 'rejected' | 'failed' | 'answered' | 'withdrawn' | 'unknown';
  readonly retryAfterMs?: number;
}

/** Returns what an error of a call says about the provider. Known by its code: libraries for models are not imported here. */
export function outcomeOf(error: unknown): CallOutcome {
  const { code, retryAfterMs } = (error ?? {}) as { code?: unknown; retryAfterMs?: unknown };
  const after = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? Math.ceil(retryAfterMs) : undefined;
  switch (code) {
    case 'MODEL_BUSY':
      return { outcome: 'rejected', ...(after !== undefined && { retryAfterMs: after }) };
    case 'MODEL_UNAVAILABLE':
      return { outcome: 'failed' };
    case 'MODEL_ANSWER_INVALID':
    case 'MODEL_ANSWER_CUT':
    case 'MODEL_ANSWER_TOO_LARGE':
    case 'MODEL_DECLINED':
      return { outcome: 'answered' };
    case 'MODEL_REFUSED':
    case 'MODEL_REQUEST_REFUSED':
      return { outcome: 'withdrawn' };
    default:
      return { outcome: 'unknown' };
  }
}
