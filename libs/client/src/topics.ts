import type { Api, CallOptions, QueryOf } from './api.js';
import type { RecordList, TopicList, TopicView } from './generated/openapi.js';

/** Looks into topics. Nothing here joins a consumer group or moves an offset. */
export class Topics {
  constructor(private readonly api: Api) {}

  list(options?: CallOptions): Promise<TopicList> {
    return this.api.answer('GET /v1/topics', options, (init) => this.api.http.GET('/v1/topics', init));
  }

  /** Returns one topic, with how far each consumer group is. */
  get(name: string, options?: CallOptions): Promise<TopicView> {
    return this.api.answer('GET /v1/topics/{name}', options, (init) =>
      this.api.http.GET('/v1/topics/{name}', { ...init, params: { path: { name } } }),
    );
  }

  /**
   * Returns the records of one search, the newest first unless the query says otherwise. `ended` says why the answer ends; `next` goes on as
   * `cursor` with the same query, also where nothing was found so far. An aborted call ends the search.
   */
  records(name: string, query: QueryOf<'listRecords'> = {}, options?: CallOptions): Promise<RecordList> {
    return this.api.answer('GET /v1/topics/{name}/records', options, (init) =>
      this.api.http.GET('/v1/topics/{name}/records', { ...init, params: { path: { name }, query } }),
    );
  }
}
