import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type {
  Accepted,
  ComparisonView,
  EraseJobPreview,
  JobItemView,
  JobPreview,
  JobView,
  RunJobPreview,
} from './generated/openapi.js';
import { Pages } from './pages.js';

type JobWork = Omit<BodyOf<'beginJob'>, 'dryRun'>;
type ReplayWork = Omit<BodyOf<'beginReplayJob'>, 'dryRun'>;
type EraseWork = Omit<BodyOf<'beginEraseJob'>, 'dryRun'>;
type CompareWork = Omit<BodyOf<'beginCompareJob'>, 'dryRun'>;

/** Redrives and resolves many dead letters at once, and replays and compares many runs, as durable jobs. */
export class Jobs {
  constructor(private readonly api: Api) {}

  /** Begins a job over all open dead letters that fit the filter. */
  begin(work: JobWork, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/jobs', options, (init) =>
      this.api.http.POST('/v1/jobs', { ...init, body: work }),
    ) as Promise<Accepted>;
  }

  /** Returns what a job would be about, and begins none. */
  preview(work: JobWork, options?: CallOptions): Promise<JobPreview> {
    return this.api.answer('POST /v1/jobs', options, (init) =>
      this.api.http.POST('/v1/jobs', { ...init, body: { ...work, dryRun: true } }),
    ) as Promise<JobPreview>;
  }

  /** Begins a job that replays all runs that fit, from a step on. */
  replay(work: ReplayWork, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/jobs/replay', options, (init) =>
      this.api.http.POST('/v1/jobs/replay', { ...init, body: work }),
    ) as Promise<Accepted>;
  }

  /** Returns what such a job would be about, and begins none. */
  previewReplay(work: ReplayWork, options?: CallOptions): Promise<RunJobPreview> {
    return this.api.answer('POST /v1/jobs/replay', options, (init) =>
      this.api.http.POST('/v1/jobs/replay', { ...init, body: { ...work, dryRun: true } }),
    ) as Promise<RunJobPreview>;
  }

  /** Begins a job that tries completed runs once more with the recorded answers of all steps but those that changed, and compares what comes of it. */
  compare(work: CompareWork, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/jobs/compare', options, (init) =>
      this.api.http.POST('/v1/jobs/compare', { ...init, body: work }),
    ) as Promise<Accepted>;
  }

  /** Returns what such a job would be about, and begins none. */
  previewCompare(work: CompareWork, options?: CallOptions): Promise<RunJobPreview> {
    return this.api.answer('POST /v1/jobs/compare', options, (init) =>
      this.api.http.POST('/v1/jobs/compare', { ...init, body: { ...work, dryRun: true } }),
    ) as Promise<RunJobPreview>;
  }

  /** Begins a job that removes everything that is kept of the runs with a business attribute. */
  erase(work: EraseWork, options?: CallOptions): Promise<Accepted> {
    return this.api.answer('POST /v1/jobs/erase', options, (init) =>
      this.api.http.POST('/v1/jobs/erase', { ...init, body: work }),
    ) as Promise<Accepted>;
  }

  /** Returns what such a job would be about, and begins none. */
  previewErase(work: EraseWork, options?: CallOptions): Promise<EraseJobPreview> {
    return this.api.answer('POST /v1/jobs/erase', options, (init) =>
      this.api.http.POST('/v1/jobs/erase', { ...init, body: { ...work, dryRun: true } }),
    ) as Promise<EraseJobPreview>;
  }

  /** Returns what a comparison has found so far. */
  comparison(id: string, options?: CallOptions): Promise<ComparisonView> {
    return this.api.answer('GET /v1/jobs/{id}/comparison', options, (init) =>
      this.api.http.GET('/v1/jobs/{id}/comparison', { ...init, params: { path: { id } } }),
    );
  }

  list(query: QueryOf<'listJobs'> = {}, options?: CallOptions): Pages<JobView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/jobs', options, (init) =>
        this.api.http.GET('/v1/jobs', { ...init, params: { query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  get(id: string, options?: CallOptions): Promise<JobView> {
    return this.api.answer('GET /v1/jobs/{id}', options, (init) =>
      this.api.http.GET('/v1/jobs/{id}', { ...init, params: { path: { id } } }),
    );
  }

  /** Lists the outcome of each dead letter or run of a job. */
  items(id: string, query: QueryOf<'listJobItems'> = {}, options?: CallOptions): Pages<JobItemView> {
    const { cursor: first, ...filters } = query;
    const load = (cursor: string | undefined) =>
      this.api.answer('GET /v1/jobs/{id}/items', options, (init) =>
        this.api.http.GET('/v1/jobs/{id}/items', { ...init, params: { path: { id }, query: { ...filters, cursor } } }),
      );
    return new Pages(load, first);
  }

  pause(id: string, body: BodyOf<'pauseJob'> = {}, options?: CallOptions): Promise<JobView | Accepted> {
    return this.api.answer('POST /v1/jobs/{id}/pause', options, (init) =>
      this.api.http.POST('/v1/jobs/{id}/pause', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Goes on with a job that is paused, perhaps at another rate. */
  resume(id: string, body: BodyOf<'resumeJob'> = {}, options?: CallOptions): Promise<JobView | Accepted> {
    return this.api.answer('POST /v1/jobs/{id}/resume', options, (init) =>
      this.api.http.POST('/v1/jobs/{id}/resume', { ...init, params: { path: { id } }, body }),
    );
  }

  /** Ends a job: the dead letters that it has not begun stay as they are. */
  stop(id: string, body: BodyOf<'stopJob'> = {}, options?: CallOptions): Promise<JobView | Accepted> {
    return this.api.answer('POST /v1/jobs/{id}/stop', options, (init) =>
      this.api.http.POST('/v1/jobs/{id}/stop', { ...init, params: { path: { id } }, body }),
    );
  }
}
