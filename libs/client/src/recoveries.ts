import type { Api, BodyOf, CallOptions } from './api.js';
import type { Accepted, RecoveryReport } from './generated/openapi.js';

/** Compares a restored database with Kafka, and brings it up to what the topics hold. */
export class Recoveries {
  constructor(private readonly api: Api) {}

  /** Begins a recovery; without `apply` it only says what would be done. */
  begin(body: BodyOf<'beginRecovery'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/recoveries', options, (init) =>
      this.api.http.POST('/v1/recoveries', { ...init, body }),
    );
  }

  /** Returns how a recovery stands. One that no coordinator has begun yet is not found. */
  get(id: string, options?: CallOptions): Promise<RecoveryReport> {
    return this.api.answer('GET /v1/recoveries/{id}', options, (init) =>
      this.api.http.GET('/v1/recoveries/{id}', { ...init, params: { path: { id } } }),
    );
  }
}
