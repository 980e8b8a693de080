import type { Api, BodyOf, CallOptions } from './api.js';
import type { StageView } from './generated/openapi.js';
import { Pages } from './pages.js';

/** Lists, limits and pauses stages. */
export class Stages {
  constructor(private readonly api: Api) {}

  list(options?: CallOptions): Pages<StageView> {
    return new Pages(() => this.api.answer('GET /v1/stages', options, (init) => this.api.http.GET('/v1/stages', init)));
  }

  /** Sets what a stage may do at most over all its processes; what is left out is not limited. */
  limit(name: string, body: BodyOf<'limitStage'>, options?: CallOptions): Promise<StageView> {
    return this.api.answer('POST /v1/stages/{name}/limits', options, (init) =>
      this.api.http.POST('/v1/stages/{name}/limits', { ...init, params: { path: { name } }, body }),
    );
  }

  pause(name: string, body: BodyOf<'pauseStage'> = {}, options?: CallOptions): Promise<StageView> {
    return this.api.answer('POST /v1/stages/{name}/pause', options, (init) =>
      this.api.http.POST('/v1/stages/{name}/pause', { ...init, params: { path: { name } }, body }),
    );
  }

  resume(name: string, body: BodyOf<'resumeStage'> = {}, options?: CallOptions): Promise<StageView> {
    return this.api.answer('POST /v1/stages/{name}/resume', options, (init) =>
      this.api.http.POST('/v1/stages/{name}/resume', { ...init, params: { path: { name } }, body }),
    );
  }
}
