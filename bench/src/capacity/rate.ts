import { type Cost, type Each, microsecondsOf, PROGRAMS, type Shape } from './costs.js';

/** The most that an installation can do. */
export interface Rate {
  readonly runsPerSecond: number;
  /** The resource that has no time left. */
  readonly bottleneck: string;
  readonly microseconds: Each<number>;
}

/**
 * Returns the number of processes that share the load evenly. A partition has one owner, so a process more than there are partitions has nothing
 * to do, and the process with the most partitions is the first one without time.
 */
export const evenProcesses = ({ partitions, processes }: Pick<Shape, 'partitions' | 'processes'>): number =>
  partitions / Math.ceil(partitions / processes);

/** Returns the rate at which the first resource is busy all the time: the closed form that the simulation approaches with many runs. */
export function rateOf(costs: Each<Cost>, shape: Shape): Rate {
  const microseconds = microsecondsOf(costs, shape);
  const { cores } = shape;
  const total = PROGRAMS.reduce((sum, program) => sum + microseconds[program], 0);
  const limits: [resource: string, runsPerSecond: number][] =
    typeof cores === 'number'
      ? [['shared cores', perSecond(cores, total)]]
      : PROGRAMS.map((program) => [`cores of ${program}`, perSecond(cores[program], microseconds[program])]);
  for (const service of ['coordinator', 'stages'] as const)
    limits.push([`processes of ${service}`, perSecond(evenProcesses(shape), microseconds[service])]);
  limits.push(['client', perSecond(1, microseconds.client)]);
  const [bottleneck, runsPerSecond] = limits.reduce((least, limit) => (limit[1] < least[1] ? limit : least));
  return { runsPerSecond, bottleneck, microseconds };
}

const perSecond = (cores: number, microseconds: number): number =>
  microseconds === 0 ? Infinity : (cores * 1e6) / microseconds;
