import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type { Accepted, DeadLetterGroupView, DeadLetterView } from './generated/openapi.js';
import { Pages } from './pages.js';

/** Lists dead letters (parked steps and unreadable records), sends them on again, and notes what people do about them. */
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

  /** Lists dead letters of one cause, counted, the newest cause first. */
  groups(query: QueryOf<'listDeadLetterGroups'> = {}, options?: CallOptions): Pages<DeadLetterGroupView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/dead-letters/groups', options, (init) =>
        this.api.http.GET('/v1/dead-letters/groups', { ...init, params: { query: { ...filters, cursor } } }),
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

  /** Closes a dead letter that was dealt with otherwise. */
  resolve(
    id: string,
    body: BodyOf<'resolveDeadLetter'> = {},
    options?: CallOptions,
  ): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/resolve', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/resolve', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Opens a dead letter again that was resolved. */
  reopen(id: string, body: BodyOf<'reopenDeadLetter'> = {}, options?: CallOptions): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/reopen', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/reopen', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Assigns a dead letter to a person; without `to` to nobody. */
  assign(id: string, body: BodyOf<'assignDeadLetter'> = {}, options?: CallOptions): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/assign', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/assign', { ...init, params: { path: { id } }, body }),
    );
  }

  note(id: string, body: BodyOf<'noteDeadLetter'>, options?: CallOptions): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/notes', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/notes', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Adds tags to a dead letter, or removes them. */
  tag(id: string, body: BodyOf<'tagDeadLetter'>, options?: CallOptions): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/tags', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/tags', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Links a ticket to a dead letter. */
  link(id: string, body: BodyOf<'linkDeadLetter'>, options?: CallOptions): Promise<DeadLetterView | Accepted> {
    return this.api.answer('POST /v1/dead-letters/{id}/tickets', options, (init) =>
      this.api.http.POST('/v1/dead-letters/{id}/tickets', { ...init, params: { path: { id } }, body }),
    );
  }
}
