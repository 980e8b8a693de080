import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type { Accepted, ReviewView } from './generated/openapi.js';
import { Pages } from './pages.js';

/** Lists, claims and answers reviews: steps that wait for a person or a system. The id of a review is `<run>.<step>`. */
export class Reviews {
  constructor(private readonly api: Api) {}

  list(query: QueryOf<'listReviews'> = {}, options?: CallOptions): Pages<ReviewView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/reviews', options, (init) =>
        this.api.http.GET('/v1/reviews', { ...init, params: { query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  /** Returns a review: its content, and the JSON Schema of the answer. */
  get(id: string, options?: CallOptions): Promise<ReviewView> {
    return this.api.answer('GET /v1/reviews/{id}', options, (init) =>
      this.api.http.GET('/v1/reviews/{id}', { ...init, params: { path: { id } } }),
    );
  }

  answer(id: string, body: BodyOf<'answerReview'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/reviews/{id}', options, (init) =>
      this.api.http.POST('/v1/reviews/{id}', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Claims a review: until it is given back or escalated, nobody else's answer counts. */
  claim(id: string, body: BodyOf<'claimReview'>, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/reviews/{id}/claim', options, (init) =>
      this.api.http.POST('/v1/reviews/{id}/claim', { ...init, params: { path: { id } }, body }),
    );
  }

  unclaim(id: string, body: BodyOf<'unclaimReview'> = {}, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/reviews/{id}/unclaim', options, (init) =>
      this.api.http.POST('/v1/reviews/{id}/unclaim', { ...init, params: { path: { id } }, body }),
    );
  }
}
