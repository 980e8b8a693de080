import type { Api, CallOptions, QueryOf } from './api.js';
import type { ActView, AuditCheck } from './generated/openapi.js';
import { Pages } from './pages.js';

/** Reads the trail of acts: who did what, when and why. */
export class Audit {
  constructor(private readonly api: Api) {}

  list(query: QueryOf<'listActs'> = {}, options?: CallOptions): Pages<ActView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/audit', options, (init) =>
        this.api.http.GET('/v1/audit', { ...init, params: { query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  /** Says whether every act is as it was written, and none is missing. */
  check(options?: CallOptions): Promise<AuditCheck> {
    return this.api.answer('GET /v1/audit/check', options, (init) => this.api.http.GET('/v1/audit/check', init));
  }
}
