import { type Broker, BrokerError, type Browsed, type Incoming, type Outgoing } from '@millrace/broker';
import {
  type ActOutcome,
  type DeploymentOutcome,
  DeploymentRequest,
  type Fact,
  FinerState,
  groupsOf,
  headerText,
  isLetterRequest,
  type LetterRequest,
  type MadeCalls,
  present,
  RunEvent,
  runIdOf,
  RunStatus,
  type StageSchemas,
  type StepText,
  stepTextRecord,
  topicsOf,
} from '@millrace/contracts';
import { loadPlan, type Plan } from '@millrace/pipeline/engine';
import { accept, decide, evolve, type Run, standingOf } from '@millrace/saga';
import type { Runtime } from '@millrace/runtime';
import {
  type ChainedAct,
  type Counts,
  type DeadLetter,
  type HoldStanding,
  type KeptLetter,
  type Review,
  RUN_NOTE,
  type RunRecord,
  type StoreReader,
  type Version,
} from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { fits } from './fits.js';
import { isJson } from './json.js';
import { reply } from './reply.js';
import { TopicLog } from './topic-log.js';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.js';

interface WorldOptions extends Partial<GatewayOptions> {
  readonly settings?: Partial<Runtime['settings']>;
}

/** A test's stand-in for broker, coordinator and store: the same decisions, in memory. */
export class World implements AsyncDisposable {
  readonly plan = loadPlan(reply.plan);
  readonly published: Outgoing[] = [];
  readonly deadLetters = new Map<string, DeadLetter & Partial<KeptLetter>>();
  /** Requests about dead letters that were published, and what a coordinator would have decided. */
  readonly letterRequests: LetterRequest[] = [];
  readonly actOutcomes = new Map<string, ActOutcome>();
  /** The outcome of every further request about dead letters. */
  nextActOutcome: ActOutcome = { status: 'applied', unchanged: false };
  /** If true, requests for runs are taken at once; otherwise they wait until `settle`. */
  accepts = true;
  brokerIsUp = true;
  storeIsUp = true;
  /** The runs that each question for new facts was about. */
  readonly askedFor: (readonly string[])[] = [];
  private readonly runs = new Map<string, { run: Run; facts: Fact[] }>();
  private readonly asked: Outgoing[] = [];
  /** If true, requests for deployments change nothing. */
  private readonly outcomes = new Map<string, DeploymentOutcome>();
  private readonly log: string[] = [];
  private readonly readers: { readonly topics: readonly string[]; readonly see: (record: Incoming) => void }[] = [];
  private readonly topics = topicsOf();
  private gateway: Gateway | undefined;

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World();
    await world.begin(options);
    return world;
  }

  /** Stops the gateway. */
  async stop(): Promise<void> {
    await this.gateway?.drain(1_000);
  }

  /** Starts a gateway on the port of the one that was stopped. */
  restart(options: WorldOptions = {}): Promise<void> {
    return this.begin({ port: Number(new URL(this.url).port), ...options });
  }

  private async begin({ settings, ...options }: WorldOptions): Promise<void> {
    const runtime = { ...this.runtime, settings: { ...this.runtime.settings, ...settings } };
    this.gateway = await startGateway(runtime, { reader: this.reader, host: '127.0.0.1', port: 0, ...options });
  }

  get url(): string {
    return present(this.gateway, 'gateway: the world is not open').url;
  }

  get logged(): string {
    return this.log.join('');
  }

  /** The topics, with every record that was published. */
  readonly topicLog = new TopicLog();

  readonly runtime: Runtime = {
    service: 'gateway',
    settings: { topicPrefix: 'millrace.' } as Runtime['settings'],
    broker: {
      kind: 'embedded',
      maxRecordBytes: 1024 * 1024,
      healthy: () => Promise.resolve(this.brokerIsUp),
      partitionsOf: () => Promise.resolve(4),
      tail: (topics: readonly string[], _: string, see: (record: Incoming) => void) => {
        this.readers.push({ topics, see });
        return Promise.resolve({ caughtUp: Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() });
      },
      publish: (records: readonly Outgoing[]) => this.take(records),
      browse: (at: Browsed) => (this.browsed.length > 0 ? Promise.resolve(this.browsed) : this.topicLog.browse(at)),
      topics: this.topicLog.topics,
      ranges: this.topicLog.ranges,
      offsetsAt: this.topicLog.offsetsAt,
      groups: this.topicLog.groups,
      lag: this.topicLog.lag,
      consumers: (group: string) => Promise.resolve(this.unserved.has(group) ? 0 : 1),
    } as unknown as Broker,
    telemetry: telemetry({ service: 'gateway', logTo: { write: (line) => void this.log.push(line) } }),
    topics: this.topics,
    groups: groupsOf(),
  };

  readonly route = { current: this.plan.hash, before: undefined, canary: undefined };
  /** The contracts that deployed plans rely on. */
  readonly contracts = new Map<string, StageSchemas>();
  readonly versions: Version[] = [
    { version: 1, plan: this.plan.hash, deployedAt: 1_700_000_000_000, by: undefined, reason: undefined },
  ];

  /** The plans that the store has, by hash. */
  readonly plans = new Map<string, Plan>([[this.plan.hash, reply.plan]]);
  readonly pausedPipelines = new Set<string>();
  /** Groups that nobody takes part in. */
  readonly unserved = new Set<string>();

  /** The records that the log still has where a dead letter came from. */
  browsed: Incoming[] = [];

  /** The places of runs in the lines of their hold keys. */
  readonly holds = new Map<string, HoldStanding>();

  readonly reader: StoreReader = {
    runs: ({ status, pipeline, degraded, where, limit, before }) => {
      this.refuseWhenDown();
      const all = [...this.runs.keys()].flatMap((id) => this.record(id) ?? []).reverse();
      const wanted = all.filter(
        (run) =>
          (!status || run.status === status) &&
          (!pipeline || run.pipeline === pipeline) &&
          (degraded === undefined || (run.degraded ?? false) === degraded) &&
          fits(run, where),
      );
      const start = before === undefined ? 0 : Number(before);
      const next = start + limit < wanted.length ? String(start + limit) : undefined;
      return Promise.resolve({ items: wanted.slice(start, start + limit), next });
    },
    run: (id) => {
      this.refuseWhenDown();
      return Promise.resolve(this.record(id));
    },
    factsAfter: (after) => {
      this.askedFor.push([...after.keys()]);
      const found = [...after].map(([id, seq]) => [id, this.record(id)?.facts.slice(seq) ?? []] as const);
      return Promise.resolve(new Map(found.filter(([, facts]) => facts.length > 0)));
    },
    reviews: () => Promise.resolve({ items: this.reviews(), next: undefined }),
    deadLetters: ({ status }) =>
      Promise.resolve({
        items: [...this.deadLetters.values()].filter((letter) => !status || letter.status === status).map(kept),
        next: undefined,
      }),
    holds: (runs) => Promise.resolve(new Map([...this.holds].filter(([run]) => runs.includes(run)))),
    counts: ({ atMost }) => {
      const count = (status: string) =>
        Math.min(atMost, [...this.runs.keys()].filter((id) => this.record(id)?.status === status).length);
      const runs = Object.fromEntries(RunStatus.options.map((status) => [status, count(status)]));
      const records = [...this.runs.keys()].flatMap((id) => this.record(id) ?? []);
      const inState = (state: FinerState) => records.filter((run) => run.state === state).length;
      const states = Object.fromEntries(FinerState.options.map((state) => [state, inState(state)])) as Counts['states'];
      const degraded = records.filter((run) => run.degraded).length;
      const [reviews, deadLetters] = [this.reviews().length, this.deadLetters.size];
      return Promise.resolve({ runs: runs as Counts['runs'], states, degraded, reviews, signals: 0, deadLetters });
    },
    labels: () => Promise.resolve(new Map()),
    facet: () => Promise.resolve({ values: [], isComplete: true }),
    deadLetter: (id) => {
      const letter = this.deadLetters.get(id);
      return Promise.resolve(letter && kept(letter));
    },
    letterGroups: () => Promise.resolve({ items: [], next: undefined }),
    jobs: {
      list: () => Promise.resolve({ items: [], next: undefined }),
      find: () => Promise.resolve(undefined),
      items: () => Promise.resolve({ items: [], next: undefined }),
      preview: () => Promise.resolve({ letters: 0, refused: 0, groups: [] }),
      previewRuns: () => Promise.resolve({ runs: this.runs.size, most: 100_000 }),
      comparisons: async function* () {
        // Nothing is compared here.
      },
    },
    acts: {
      outcome: (id) => Promise.resolve(this.actOutcomes.get(id)),
      list: ({ kind, subject }) =>
        Promise.resolve({ items: kind === RUN_NOTE ? this.notesOn(subject) : [], next: undefined }),
      verify: () => Promise.resolve({ acts: 0, head: '0'.repeat(64), broken: undefined }),
    },
    outcomes: () => Promise.resolve([]),
    schedules: () => Promise.resolve([]),
    deployed: {
      read: () =>
        Promise.resolve({
          route: this.route,
          versions: this.versions,
          contracts: this.contracts,
          schedules: [],
          paused: undefined,
        }),
      routes: (names) => Promise.resolve(new Map(!names || names.includes('reply') ? [['reply', this.route]] : [])),
      paused: () => Promise.resolve(this.pausedPipelines),
      outcome: (id) => Promise.resolve(this.outcomes.get(id)),
      livePlans: () => Promise.resolve([]),
      liveRuns: () => Promise.resolve([]),
      plansOf: () => Promise.resolve([]),
    },
    pipelines: () => Promise.resolve([{ name: 'reply', plan: this.plan.hash, deployedAt: 1_700_000_000_000 }]),
    plan: (hash) => Promise.resolve(this.plans.get(hash)),
    recovery: () => Promise.resolve(undefined),
    standings: () => Promise.resolve([]),
    changeMark: () => {
      this.refuseWhenDown();
      const facts = [...this.runs.values()].reduce((sum, run) => sum + run.facts.length, 0);
      return Promise.resolve(JSON.stringify([facts, [...this.deadLetters.values()], this.letterRequests.length]));
    },
    healthy: () => Promise.resolve(this.storeIsUp),
  };

  /** Takes what was asked for while `accepts` was false. */
  settle(): void {
    for (const record of this.asked.splice(0)) this.accept(record);
  }

  /** Another gateway was first with the key of what was asked for here. */
  acceptFirst(input: unknown): void {
    this.accept({ ...present(this.asked[0], 'record that was asked for'), value: JSON.stringify(input) });
  }

  /** A stage's answer. */
  completed(
    run: string,
    step: string,
    output: unknown,
    more: { next?: string[]; summary?: string; calls?: MadeCalls } = {},
  ): void {
    const at = Date.now();
    this.event({
      type: 'step.completed',
      run,
      step,
      attempt: this.attempt(run, step),
      at,
      startedAt: at - 5,
      output,
      ...more,
    });
  }

  /** A stage's failure, for good. */
  failed(run: string, step: string, message = 'It broke.', code = 'STAGE_INPUT_INVALID', answer?: string): void {
    const [at, failure] = [Date.now(), { code, kind: 'permanent', message } as const];
    const attempt = this.attempt(run, step);
    this.event({ type: 'step.failed', run, step, attempt, at, startedAt: at - 5, failure, ...(answer && { answer }) });
  }

  /** The same, on a fallback's draft. */
  toReviewDegraded(run: string): void {
    this.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
    this.failed(run, 'draft', 'It was busy.', 'MODEL_BUSY');
    this.completed(run, 'draft', { text: 'Dear customer' });
  }

  /** As it would be had it not begun: held until a time, or until its turn comes. */
  hold(id: string, startAt?: string): void {
    const known = present(this.runs.get(id), `run ${id}`);
    const held = startAt === undefined ? { queued: true as const } : { startAt: Date.parse(startAt) };
    known.facts.splice(0, known.facts.length, { ...(known.facts[0] as Fact & { type: 'run.accepted' }), ...held });
  }

  /** As it would be behind a run that holds its key up. */
  standInLine(id: string, hold: HoldStanding & { readonly behind: string }): void {
    const known = present(this.runs.get(id), `run ${id}`);
    const accepted = known.facts[0] as Fact & { type: 'run.accepted' };
    known.facts.splice(0, known.facts.length, { ...accepted, queued: true, hold: hold.key, behind: hold.behind });
    this.holds.set(id, hold);
  }

  /** Works until a person is asked. */
  toReview(run: string): void {
    this.completed(run, 'classify', { label: 'refund', confidence: 0.4 }, { next: ['draft'] });
    this.completed(run, 'draft', { text: 'Dear customer' });
  }

  /** A stage publishes a part of what a step writes. */
  shows(part: StepText): void {
    void this.take([stepTextRecord(this.topics, part)]);
  }

  facts(run: string): readonly Fact[] {
    return this.runs.get(run)?.facts ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway?.drain(1_000);
    await this.runtime.telemetry[Symbol.asyncDispose]();
  }

  private take(records: readonly Outgoing[]): Promise<void> {
    if (!this.brokerIsUp)
      return Promise.reject(new BrokerError('BROKER_UNAVAILABLE', 'secret-host:9092 did not answer'));
    this.published.push(...records);
    for (const record of records) {
      this.topicLog.add(record);
      const bytes = (text: Outgoing['key']) => (text === null ? null : Buffer.from(text));
      const seen = { ...record, key: bytes(record.key), value: bytes(record.value) } as Incoming;
      for (const { topics, see } of this.readers) if (topics.includes(record.topic)) see(seen);
      if (record.topic === this.topics.intake && this.accepts) this.accept(record);
      else if (record.topic === this.topics.intake) this.asked.push(record);
      else if (record.topic === this.topics.deployments) this.deploy(record);
      else if (record.topic === this.topics.runs) this.event(RunEvent.parse(JSON.parse(String(record.value))));
    }
    return Promise.resolve();
  }

  private accept(record: Outgoing): void {
    // As the coordinator does with what it cannot read, but for the dead letter.
    if (!isJson(record.value)) return;
    const idempotencyKey = present(headerText(record.headers ?? {}, 'idempotency-key'), 'idempotency key');
    const run = runIdOf('reply', idempotencyKey);
    const asked = { input: JSON.parse(String(record.value)) as unknown, at: Date.now(), source: 'intake/0/0' };
    const request = { run, pipeline: 'reply', idempotencyKey, ...asked };
    const { run: begun, facts } = accept(request, this.plan);
    if (!this.runs.has(run)) this.runs.set(run, { run: begun, facts: [...facts] });
  }

  private deploy(record: Outgoing): void {
    if (!isJson(record.value)) return;
    const request = DeploymentRequest.parse(JSON.parse(String(record.value)));
    if (request.type === 'recovery.requested') return;
    if (isLetterRequest(request)) return this.act(request);
    const pipeline = 'plan' in request ? request.plan.pipeline : request.pipeline;
    this.outcomes.set(request.id, { status: 'applied', pipeline, unchanged: true });
  }

  /** A coordinator's decision on a request about dead letters. */
  private act(request: LetterRequest): void {
    this.letterRequests.push(request);
    this.actOutcomes.set(request.id, this.nextActOutcome);
    if (request.type !== 'letter.act-requested' || this.nextActOutcome.status === 'refused') return;
    const { letter: deadLetter, act, by, at } = request;
    const letter = this.deadLetters.get(deadLetter);
    if (!letter) return;
    const handled = { act: request.id, at, ...(by !== undefined && { by }) };
    if (act.do === 'redrive' || act.do === 'resolve') {
      const status = act.do === 'redrive' ? 'redriven' : 'resolved';
      this.deadLetters.set(deadLetter, { ...letter, status, desk: { ...letter.desk, handled } });
    }
    const { run, step } = letter;
    if (act.do === 'redrive' && run !== undefined && step !== undefined)
      this.event({ type: 'step.redriven', run, step, at, deadLetter, ...(by !== undefined && { by }) });
  }

  private event(event: RunEvent): void {
    const known = this.runs.get(event.run);
    if (!known) return;
    const { run, facts } = decide(known.run, event, { plan: this.plan, at: Date.now() });
    this.runs.set(event.run, { run, facts: [...known.facts, ...facts] });
    for (const fact of facts) if (fact.type === 'step.dead-lettered') this.park(run, fact);
  }

  private park(run: Run, fact: Fact & { type: 'step.dead-lettered' }): void {
    const { step, failure, input, at } = fact;
    const of = { run: run.id, pipeline: run.pipeline, step, stage: step, attempts: 1, input, record: undefined };
    this.deadLetters.set(fact.deadLetter, { id: fact.deadLetter, status: 'open', at, failure, ...of });
  }

  private record(id: string): RunRecord | undefined {
    const known = this.runs.get(id);
    if (!known) return undefined;
    const run = evolve(undefined, id, known.facts);
    const { pipeline, plan, status, acceptedAt, endedAt, degraded } = run;
    const { state, failureCode } = standingOf(run, this.plan);
    const row = { id, pipeline, plan, status, acceptedAt, endedAt, parent: undefined, facts: known.facts };
    return {
      ...row,
      ...(degraded.length > 0 && { degraded: true }),
      ...(state !== undefined && { state }),
      ...(failureCode !== undefined && { failureCode }),
    };
  }

  private reviews(): Review[] {
    return [...this.runs.values()].flatMap(({ run, facts }) =>
      facts.flatMap((fact) =>
        fact.type === 'step.waiting' && fact.kind !== 'sleep' && run.steps.get(fact.step)?.status === 'waiting'
          ? [
              {
                run: run.id,
                step: fact.step,
                kind: fact.kind,
                pipeline: run.pipeline,
                since: fact.at,
                due: fact.due,
                show: fact.show,
                held: run.steps.get(fact.step)?.review,
              },
            ]
          : [],
      ),
    );
  }

  private notesOn(run: string | undefined): ChainedAct[] {
    return this.letterRequests.toReversed().flatMap((request, seq) => {
      if (request.type !== 'run.note-requested' || request.run !== run) return [];
      const { id, at, by, text } = request;
      const outcome = { status: 'applied', unchanged: false } as const;
      const act = { id, at, kind: RUN_NOTE, subject: run, by, reason: text, detail: null };
      return [{ ...act, seq, outcome, previous: '', hash: '' }];
    });
  }

  private attempt(run: string, step: string): number {
    return this.runs.get(run)?.run.steps.get(step)?.attempt ?? 1;
  }

  private refuseWhenDown(): void {
    if (!this.storeIsUp)
      throw Object.assign(new Error('connect ECONNREFUSED secret-host:5432'), { code: 'ECONNREFUSED' });
  }
}

const kept = (letter: DeadLetter & Partial<KeptLetter>): KeptLetter => ({
  fingerprint: 'fp_1',
  assignee: undefined,
  desk: {},
  ...letter,
});

/** Waits for a condition, not for a time. */
export async function until<T>(find: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
