import { Cores } from './cores.js';
import { type Cost, type Each, each, microsecondsOf, type Program, type Shape } from './costs.js';

export interface SimulationOptions extends Omit<Shape, 'runs'> {
  readonly steps: number;
  readonly runs: number;
  /** Runs that are asked for each second, evenly; all at once without it. */
  readonly arrivals?: number;
  /** Microseconds of waiting in each commit that use no processor: the network and the disk. */
  readonly commitUs: number;
}

/** The result of a simulation. */
export interface Simulated {
  readonly completed: number;
  readonly runsPerSecond: number;
  /** Half of the runs took no longer, from request to result. */
  readonly p50Ms: number;
  /** Processor time of each program for each run. */
  readonly microseconds: Each<number>;
}

/** The most records of a batch, as the services have them: of `intake`, of `runs`, and the steps that a stage works on at once. */
const MOST = { intake: 500, runs: 200, stage: 64 } as const;
/** Records of `runs` that only tell wait so long for a record that asks for something. */
const LINGER_US = 25_000;

/** A record: the number of its run, and whether somebody waits for what follows from it. */
interface Waiting {
  readonly run: number;
  readonly asks: boolean;
}

/** A partition of a topic at the process that owns it: one batch at a time, which is committed before the next one begins. */
interface Lane {
  readonly kind: keyof typeof MOST;
  readonly partition: number;
  readonly step: number;
  readonly thread: string;
  readonly waiting: Waiting[];
  busy: boolean;
  lingering: boolean;
}

/** Simulates runs, batch by batch, on processes that have long been running, until the last one has ended. Nothing in it is random: runs go round the partitions. */
export const simulate = (costs: Each<Cost>, options: SimulationOptions): Simulated =>
  new Simulation(microsecondsOf(costs, { ...options, runs: Infinity }), options).run();

class Simulation {
  private readonly cores: Cores;
  private readonly used: Record<Program, number> = each<number>(() => 0);
  private readonly intake: readonly Lane[];
  private readonly runs: readonly Lane[];
  private readonly stages: readonly (readonly Lane[])[];
  private readonly askedAt: number[] = [];
  private readonly took: number[] = [];

  constructor(
    private readonly microseconds: Each<number>,
    private readonly options: SimulationOptions,
  ) {
    this.cores = new Cores(options.cores);
    const { partitions, processes, steps } = options;
    const lanes = (kind: Lane['kind'], step = 0): Lane[] =>
      Array.from({ length: partitions }, (_, partition) => ({
        ...{ kind, partition, step, waiting: [], busy: false, lingering: false },
        thread: `${kind === 'stage' ? 'stages' : 'coordinator'}-${partition % processes}`,
      }));
    this.intake = lanes('intake');
    this.runs = lanes('runs');
    this.stages = Array.from({ length: steps }, (_, step) => lanes('stage', step));
  }

  run(): Simulated {
    const { runs, arrivals = Infinity } = this.options;
    for (let run = 0; run < runs; run++)
      this.cores.after((run * 1e6) / arrivals, () => {
        this.askedAt[run] = this.cores.now;
        this.work('client', { records: 1, share: 1 / 2 }, () =>
          this.arrive(this.intake[run % this.intake.length], [{ run, asks: true }]),
        );
      });
    this.cores.runToEnd();
    const sorted = this.took.toSorted((a, b) => a - b);
    return {
      completed: sorted.length,
      runsPerSecond: (sorted.length * 1e6) / this.cores.now,
      p50Ms: (sorted[Math.floor(sorted.length / 2)] ?? 0) / 1_000,
      microseconds: each((program) => this.used[program] / runs),
    };
  }

  private arrive(lane: Lane | undefined, records: readonly Waiting[]): void {
    if (!lane) return;
    lane.waiting.push(...records);
    this.next(lane);
  }

  private next(lane: Lane): void {
    const { waiting, kind } = lane;
    if (lane.busy || waiting.length === 0) return;
    if (waiting.length >= MOST[kind] || waiting.some(({ asks }) => asks)) return this.take(lane);
    if (lane.lingering) return;
    lane.lingering = true;
    this.cores.after(LINGER_US, () => {
      lane.lingering = false;
      if (!lane.busy && waiting.length > 0) this.take(lane);
    });
  }

  private take(lane: Lane): void {
    const batch = lane.waiting.splice(0, MOST[lane.kind]);
    const records = batch.length;
    lane.busy = true;
    const committed = () => {
      lane.busy = false;
      this.handOn(lane, batch);
      this.next(lane);
    };
    const { steps, commitUs } = this.options;
    // A run is one record of `intake`, and a record of `runs` and of a stage for each step.
    const commit = () =>
      this.work('kafka', { records, share: 1 / (2 * steps + 1) }, () => this.cores.after(commitUs, committed));
    const { thread } = lane;
    if (lane.kind === 'stage') return this.work('stages', { records, share: 1 / steps, thread }, commit);
    const share = 1 / (steps + 1);
    this.work('coordinator', { records, share, thread }, () => this.work('postgres', { records, share }, commit));
  }

  /** Passes the records of a batch on: to the first stage, to the next stage and the coordinator, or to the client. */
  private handOn({ kind, partition, step }: Lane, batch: readonly Waiting[]): void {
    if (kind === 'intake') return this.arrive(this.stages[0]?.[partition], batch);
    if (kind === 'stage') {
      const next = this.stages[step + 1]?.[partition];
      this.arrive(
        this.runs[partition],
        batch.map(({ run }) => ({ run, asks: next === undefined })),
      );
      return this.arrive(next, batch);
    }
    for (const { run, asks } of batch) if (asks) this.work('client', { records: 1, share: 1 / 2 }, () => this.end(run));
  }

  private end(run: number): void {
    this.took.push(this.cores.now - (this.askedAt[run] ?? 0));
  }

  private work(
    program: Program,
    {
      records,
      share,
      thread = program === 'client' ? program : undefined,
    }: { records: number; share: number; thread?: string | undefined },
    then: () => void,
  ): void {
    const us = records * share * this.microseconds[program];
    this.used[program] += us;
    this.cores.work({ program, thread, us, then });
  }
}
