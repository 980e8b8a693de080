export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface Counter<Name extends string = string> {
  add(n: number, labels: Labels<Name>): void;
}

export interface Histogram<Name extends string = string> {
  record(value: number, labels: Labels<Name>): void;
}

export interface GaugeReading<Name extends string = string> {
  readonly value: number;
  readonly labels: Labels<Name>;
}

/** Asked when metrics are collected. What it throws is dropped: the gauge is absent then. */
export type ReadGauge<Name extends string> = () =>
  readonly GaugeReading<Name>[] | Promise<readonly GaugeReading<Name>[]>;

/** The metrics of a service. The named ones are those that dashboards and autoscalers rely on. */
export interface Meters {
  /** `millrace_stage_attempts_total`; the outcome is `completed`, `later` (somebody else answers), a failure's code, or `cancelled`. */
  readonly stageAttempts: Counter<'stage' | 'outcome'>;
  /** `millrace_stage_duration_seconds`, of the handler alone. */
  readonly stageDuration: Histogram<'stage'>;
  /** `millrace_runs_total`: runs that came to the status. */
  readonly runs: Counter<'pipeline' | 'status'>;
  /** `millrace_step_lookups_total`: lookups of outputs that are reused; the result is `hit` or `miss`. */
  readonly lookups: Counter<'pipeline' | 'result'>;
  /** `millrace_parked_records_total`: records that nobody could read or process, which went to the dead letters. */
  readonly parked: Counter<'topic' | 'code'>;
  /** `millrace_passed_over_records_total`: records of plans, limits, pauses, contracts and control that a service passed over. */
  readonly passedOver: Counter<'topic'>;
  /** `millrace_backlog`: records not finished, by the broker's own account. Several sources add up to one gauge. */
  backlog(read: ReadGauge<'topic' | 'group' | 'partition'>): void;
  /** `millrace_in_flight`: records being handled. */
  inFlight(read: ReadGauge<'topic'>): void;
  /** `name` and labels in Prometheus's style; a unit belongs into the name. Made once, kept by the caller. */
  counter<Name extends string>(name: string, help: string): Counter<Name>;
  histogram<Name extends string>(name: string, help: string, bounds?: readonly number[]): Histogram<Name>;
  gauge<Name extends string>(name: string, help: string, read: ReadGauge<Name>): void;
}
