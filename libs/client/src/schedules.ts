import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type { DeploymentView, ScheduleList } from './generated/openapi.js';

/** Lists, makes and removes schedules that start runs. */
export class Schedules {
  constructor(private readonly api: Api) {}

  /** Returns all schedules, the next due one first. */
  list(query: QueryOf<'listSchedules'> = {}, options?: CallOptions): Promise<ScheduleList> {
    return this.api.answer('GET /v1/schedules', options, (init) =>
      this.api.http.GET('/v1/schedules', { ...init, params: { query } }),
    );
  }

  /** Makes a schedule, or changes the one of this name. */
  make(body: BodyOf<'makeSchedule'>, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('POST /v1/schedules', options, (init) =>
      this.api.http.POST('/v1/schedules', { ...init, body }),
    );
  }

  remove(body: BodyOf<'removeSchedule'>, options?: CallOptions): Promise<DeploymentView> {
    return this.api.answer('POST /v1/schedules/remove', options, (init) =>
      this.api.http.POST('/v1/schedules/remove', { ...init, body }),
    );
  }
}
