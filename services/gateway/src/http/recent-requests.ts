/** A request that came a moment ago and may not be accepted yet. */
export interface RecentRequest {
  readonly pipeline: string;
  /** The plan's hash that the input was checked against. */
  readonly plan: string;
  readonly at: number;
  /** The time at which the run begins; absent where it begins at once. */
  readonly startsAt?: number | undefined;
  readonly traceId: string;
}

const MOST = 10_000;
const FOR_MS = 10 * 60_000;

/** Remembers the latest requests by run id, so that a run can be asked for before the coordinator has taken it. Bounded in number and time. */
export class RecentRequests {
  private readonly requests = new Map<string, RecentRequest>();

  remember(run: string, request: RecentRequest): void {
    this.requests.delete(run);
    this.requests.set(run, request);
    for (const [id, { at }] of this.requests) {
      if (this.requests.size <= MOST && request.at - at <= FOR_MS) break;
      this.requests.delete(id);
    }
  }

  find(run: string): RecentRequest | undefined {
    return this.requests.get(run);
  }
}
