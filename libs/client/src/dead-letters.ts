import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type { Accepted, DeadLetterView } from './generated/openapi.js';
import { Pages } from './pages.js';

/** Lists dead letters (parked steps and unreadable records) and sends them on again. */
export class DeadLetters {
  constructor(private readonly api: Api) {}

  list(query: QueryOf<'listDeadLetters'> = {}, options?: CallOptions): Pages<DeadLetterView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/dead-letters', options, (init) =>
        this.api.http.GET('/v1/dead-letters', { ...init, params: { query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  get(id: string, options?: CallOptions): Promise<DeadLetterView> {
    return this.api.answer('GET /v1/dead-letters/{id}', options, (init) =>
      this.api.http.GET('/v1/dead-letters/{id}', { ...init, params: { path: { id } } }),
    );
  }

  /** Sends a dead letter on again: a step from where it failed, a record to the topic it came from. */
  redrive(id: string, body: BodyOf<'redrive'> = {}, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/redrive', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/redrive', { ...init, params: { path: { id } }, body }),
    );
  }
}
