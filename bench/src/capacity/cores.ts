import type { Program, Shape } from './costs.js';

/** Work for a core. A thread does one piece of work at a time; Kafka and PostgreSQL have as many threads as there is work. */
export interface Work {
  readonly program: Program;
  /** Undefined: any number of them at once. */
  readonly thread: string | undefined;
  readonly us: number;
  readonly then: () => void;
}

/** Simulated cores and the simulated clock: work begins in the order in which it was given, as soon as a core and its thread are free. */
export class Cores {
  private clock = 0;
  private waiting: Work[] = [];
  private readonly busy = new Set<string>();
  private readonly free: Map<string, number>;
  /** Events to come, the latest first. */
  private readonly agenda: { readonly at: number; readonly then: () => void }[] = [];

  constructor(private readonly cores: Shape['cores']) {
    this.free = new Map(typeof cores === 'number' ? [['all', cores]] : Object.entries(cores));
  }

  /** Microseconds since the beginning. */
  get now(): number {
    return this.clock;
  }

  after(us: number, then: () => void): void {
    const at = this.clock + us;
    const { agenda } = this;
    let place = agenda.length;
    while (place > 0 && (agenda[place - 1]?.at ?? Infinity) <= at) place--;
    agenda.splice(place, 0, { at, then });
  }

  work(work: Work): void {
    this.waiting.push(work);
    this.begin();
  }

  /** Lets time pass until nothing is left to do. */
  runToEnd(): void {
    for (let next = this.agenda.pop(); next; next = this.agenda.pop()) {
      this.clock = next.at;
      next.then();
    }
  }

  private begin(): void {
    this.waiting = this.waiting.filter((work) => {
      const group = typeof this.cores === 'number' ? 'all' : work.program;
      const free = this.free.get(group) ?? 0;
      if (free < 1 || (work.thread !== undefined && this.busy.has(work.thread))) return true;
      this.free.set(group, free - 1);
      if (work.thread !== undefined) this.busy.add(work.thread);
      this.after(work.us, () => {
        this.free.set(group, (this.free.get(group) ?? 0) + 1);
        if (work.thread !== undefined) this.busy.delete(work.thread);
        this.begin();
        work.then();
      });
      return false;
    });
  }
}
