import { Api, type CallOptions, type ClientOptions, type QueryOf } from './api.js';
import { Audit } from './audit.js';
import { DeadLetters } from './dead-letters.js';
import type { ChangeView, OverviewView } from './generated/openapi.js';
import { Jobs } from './jobs.js';
import { Models } from './models.js';
import { Pipelines } from './pipelines.js';
import { Recoveries } from './recoveries.js';
import { Reviews } from './reviews.js';
import { Runs } from './runs.js';
import { Schedules } from './schedules.js';
import { Stages } from './stages.js';
import { Topics } from './topics.js';
import { streamed } from './streamed.js';

export interface WatchOptions extends CallOptions {
  /** The time after which a silent connection counts as lost. Default 45,000 ms; a gateway says something every 15 s. */
  readonly silenceMs?: number;
}

/**
 * Talks to a Millrace gateway, from Node.js and browsers.
 *
 * ```ts
 * const millrace = new MillraceClient({ url: 'http://127.0.0.1:8080' });
 * const { id } = await millrace.runs.start({ pipeline: 'hello', input: { name: 'Ada' } });
 * for await (const fact of millrace.runs.follow(id)) console.log(fact.type);
 * console.log((await millrace.runs.get(id)).output);
 * ```
 */
export class MillraceClient {
  /** The gateway's address, without a login. */
  readonly url: string;
  readonly runs: Runs;
  readonly reviews: Reviews;
  readonly deadLetters: DeadLetters;
  readonly jobs: Jobs;
  readonly audit: Audit;
  readonly pipelines: Pipelines;
  readonly stages: Stages;
  readonly topics: Topics;
  readonly models: Models;
  readonly schedules: Schedules;
  readonly recoveries: Recoveries;
  private readonly api: Api;

  /** @throws {MillraceError} `INVALID_URL` */
  constructor(options: ClientOptions) {
    this.api = new Api(options);
    this.url = this.api.url;
    this.runs = new Runs(this.api);
    this.reviews = new Reviews(this.api);
    this.deadLetters = new DeadLetters(this.api);
    this.jobs = new Jobs(this.api);
    this.audit = new Audit(this.api);
    this.pipelines = new Pipelines(this.api);
    this.stages = new Stages(this.api);
    this.topics = new Topics(this.api);
    this.models = new Models(this.api);
    this.schedules = new Schedules(this.api);
    this.recoveries = new Recoveries(this.api);
  }

  /** Counts runs by status, open reviews and open dead letters, each up to 1,000. */
  overview(query: QueryOf<'getOverview'> = {}, options?: CallOptions): Promise<OverviewView> {
    return this.api.answer('GET /v1/overview', options, (init) =>
      this.api.http.GET('/v1/overview', { ...init, params: { query } }),
    );
  }

  /**
   * Says as it happens which lists have changed; the first word names all of them. Rejects where the connection is lost: watch again, and
   * read what is shown anew.
   */
  async *changes({ signal, silenceMs = 45_000 }: WatchOptions = {}): AsyncGenerator<ChangeView, void, undefined> {
    const events = streamed(this.api, { signal, silenceMs }, (init) =>
      this.api.http.GET('/v1/changes', { ...init, parseAs: 'stream' }),
    );
    for await (const { event, data } of events) if (event === 'changed') yield JSON.parse(data) as ChangeView;
  }

  /** Returns the answer to a GET of any status, or undefined where nobody answers within 5 s: for checks of health such as `/readyz`. */
  probe(path: string): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    return this.api.probe(path);
  }
}
