/** The programs that use processor time for a run. */
export const PROGRAMS = ['coordinator', 'stages', 'kafka', 'postgres', 'client'] as const;
export type Program = (typeof PROGRAMS)[number];

export type Each<T> = Readonly<Record<Program, T>>;

/** A program's processor time for a run, in microseconds. */
export interface Cost {
  readonly perRun: number;
  /**
   * Times the square root of the number of partitions: the more partitions share the same load, the smaller their batches. The law is measured, not
   * derived: see docs/explanation/capacity.md.
   */
  readonly perRootPartition: number;
  /** For each byte of a run's input, which every step hands on. */
  readonly perByte: number;
  /** Once for each process of a service: a process that has just started compiles its code. */
  readonly perProcess: number;
}

/** The size of an installation, and of the runs that it is given. */
export interface Shape {
  /** The number of partitions of each topic. */
  readonly partitions: number;
  /** Processes of each service. A process works on one core at a time. */
  readonly processes: number;
  readonly payloadBytes: number;
  /** The runs among which the start of a process is divided; without it processes have long been running. */
  readonly runs?: number;
  /** Cores that all programs share, or the cores that each program has on machines of its own. */
  readonly cores: number | Each<number>;
}

/** A measurement: its shape, and what each program used for a run. */
export interface Measurement {
  readonly shape: Omit<Shape, 'cores'>;
  readonly microseconds: Each<number>;
}

export function each<T>(of: (program: Program) => T): Each<T> {
  const [coordinator, stages, kafka, postgres, client] = PROGRAMS.map(of) as [T, T, T, T, T];
  return { coordinator, stages, kafka, postgres, client };
}

/** Returns the processor time of each program for one run. */
export const microsecondsOf = (costs: Each<Cost>, shape: Omit<Shape, 'cores'>): Each<number> =>
  each((program) => microseconds(costs[program], shape));

const microseconds = (
  cost: Cost,
  { partitions, processes, payloadBytes, runs = Infinity }: Omit<Shape, 'cores'>,
): number =>
  cost.perRun +
  cost.perRootPartition * Math.sqrt(partitions) +
  cost.perByte * payloadBytes +
  (cost.perProcess * processes) / runs;

/**
 * Takes the costs from four measurements, which differ in one size each: with few partitions, with many, with more processes, and with long payloads.
 * All other measurements are predictions.
 */
export function costsOf(of: Readonly<Record<'few' | 'many' | 'more' | 'long', Measurement>>): Each<Cost> {
  return each((program) => {
    const cost = { perRun: 0, perRootPartition: 0, perByte: 0, perProcess: 0 };
    /** Lets one cost explain the difference of two measurements that the costs found so far do not explain. */
    const find = (name: keyof Cost, measured: Measurement, differs: number): void => {
      const unexplained = (one: Measurement) => one.microseconds[program] - microseconds(cost, one.shape);
      cost[name] = Math.max(0, (unexplained(measured) - unexplained(of.few)) / differs);
    };
    const { few, many, more, long } = of;
    find('perRootPartition', many, Math.sqrt(many.shape.partitions) - Math.sqrt(few.shape.partitions));
    const starts = ({ shape: { processes, runs = Infinity } }: Measurement) => processes / runs;
    find('perProcess', more, starts(more) - starts(few));
    find('perByte', long, long.shape.payloadBytes - few.shape.payloadBytes);
    cost.perRun = Math.max(0, few.microseconds[program] - microseconds(cost, few.shape));
    return cost;
  });
}
