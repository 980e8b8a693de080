import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type {
  CheckView,
  DeploymentView,
  DiffList,
  PipelineList,
  PipelineView,
  VersionDetail,
  VersionList,
} from './generated/openapi.js';
import { Pages } from './pages.js';

export interface DeployOptions extends CallOptions {
  /** The same key gives the same deployment, however often it is asked for. */
  readonly idempotencyKey?: string | undefined;
}

/** Shows pipelines, deploys versions of them, and sets which version new runs get. */
export class Pipelines {
  constructor(private readonly api: Api) {}

  list(options?: CallOptions): Pages<PipelineList['items'][number]> {
    return new Pages(() =>
      this.api.answer('GET /v1/pipelines', options, (init) => this.api.http.GET('/v1/pipelines', init)),
    );
  }

  /** Returns a pipeline: its plan, the JSON Schema of its input, and its graph. */
  get(name: string, options?: CallOptions): Promise<PipelineView> {
    return this.api.answer('GET /v1/pipelines/{name}', options, (init) =>
      this.api.http.GET('/v1/pipelines/{name}', { ...init, params: { path: { name } } }),
    );
  }

  /** Deploys a plan, for all new runs or, with `share`, as a canary. An answer that is `pending` is looked up with `deployment`. */
  deploy(name: string, body: BodyOf<'deployVersion'>, options: DeployOptions = {}): Promise<DeploymentView> {
    const header = options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey };
    return this.api.answer('POST /v1/pipelines/{name}/versions', options, (init) =>
      this.api.http.POST('/v1/pipelines/{name}/versions', { ...init, params: { path: { name }, header }, body }),
    );
  }

  /** Returns a deployment: how it stands, and what is doubtful about it. */
  deployment(id: string, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('GET /v1/deployments/{id}', options, (init) =>
      this.api.http.GET('/v1/deployments/{id}', { ...init, params: { path: { id } } }),
    );
  }

  /** Says whether a plan can be deployed, and which live runs it would break. Changes nothing. */
  check(name: string, body: BodyOf<'checkVersion'>, options?: CallOptions): Promise<CheckView> {
    return this.api.answer('POST /v1/pipelines/{name}/check', options, (init) =>
      this.api.http.POST('/v1/pipelines/{name}/check', { ...init, params: { path: { name } }, body }),
    );
  }

  /** Returns the versions that were deployed, newest first. */
  versions(name: string, options?: CallOptions): Promise<VersionList> {
    return this.api.answer('GET /v1/pipelines/{name}/versions', options, (init) =>
      this.api.http.GET('/v1/pipelines/{name}/versions', { ...init, params: { path: { name } } }),
    );
  }

  /** Returns a version by its number or the hash of its plan. */
  version(
    { name, version }: { readonly name: string; readonly version: number | string },
    options?: CallOptions,
  ): Promise<VersionDetail> {
    const path = { name, version: String(version) };
    return this.api.answer('GET /v1/pipelines/{name}/versions/{version}', options, (init) =>
      this.api.http.GET('/v1/pipelines/{name}/versions/{version}', { ...init, params: { path } }),
    );
  }

  diff(name: string, query: QueryOf<'diffVersions'>, options?: CallOptions): Promise<DiffList> {
    return this.api.answer('GET /v1/pipelines/{name}/diff', options, (init) =>
      this.api.http.GET('/v1/pipelines/{name}/diff', { ...init, params: { path: { name }, query } }),
    );
  }

  /** Sets which version new runs get: `promote` the canary, `rollback`, or a `canary` with a share. */
  route(name: string, body: BodyOf<'routePipeline'>, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('POST /v1/pipelines/{name}/route', options, (init) =>
      this.api.http.POST('/v1/pipelines/{name}/route', { ...init, params: { path: { name } }, body }),
    );
  }

  pause(name: string, body: BodyOf<'pausePipeline'> = {}, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('POST /v1/pipelines/{name}/pause', options, (init) =>
      this.api.http.POST('/v1/pipelines/{name}/pause', { ...init, params: { path: { name } }, body }),
    );
  }

  resume(name: string, body: BodyOf<'resumePipeline'> = {}, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('POST /v1/pipelines/{name}/resume', options, (init) =>
      this.api.http.POST('/v1/pipelines/{name}/resume', { ...init, params: { path: { name } }, body }),
    );
  }
}
